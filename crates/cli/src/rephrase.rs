//! The endpoint that puts narratives into other words, as it is configured.

use crate::exit::configuration;
use anyhow::Context;
use std::time::Duration;
use weft_config::{Config, Rephrase, RephraseLanguage};
use weft_model::Incident;
use weft_narrative::Lang;
use weft_rephrase::{Key, Rephraser, Settings};

/// Bytes of a key file.
const MAX_KEY: u64 = 16 * 1024;

/// The client of a configuration; none when no endpoint is named.
pub fn client(config: &Rephrase) -> anyhow::Result<Option<Rephraser>> {
    if config.endpoint.is_empty() {
        return Ok(None);
    }
    let languages = match config.language {
        RephraseLanguage::En => vec![Lang::En],
        RephraseLanguage::Ja => vec![Lang::Ja],
        RephraseLanguage::Both => vec![Lang::En, Lang::Ja],
    };
    let settings = Settings {
        endpoint: config.endpoint.clone(),
        model: config.model.clone(),
        key: key(config)?,
        timeout: Duration::from_secs(u64::from(config.timeout_s)),
        languages,
    };
    Ok(Some(Rephraser::new(settings).map_err(|error| configuration(format!("{error} (rephrase)")))?))
}

fn key(config: &Rephrase) -> anyhow::Result<Option<Key>> {
    if let Some(path) = &config.key_file {
        use std::io::Read as _;
        let unreadable = || configuration(format!("cannot read the key in {} (rephrase.key_file)", path.display()));
        let mut text = String::new();
        std::fs::File::open(path).map_err(|_| unreadable())?.take(MAX_KEY).read_to_string(&mut text).map_err(|_| unreadable())?;
        return Ok(Some(Key::new(&text)));
    }
    if config.key_env.is_empty() {
        return Ok(None);
    }
    let missing = || configuration(format!("the environment variable {} is not set (rephrase.key_env)", config.key_env));
    Ok(Some(Key::new(&std::env::var(&config.key_env).map_err(|_| missing())?)))
}

/// The client for a command without a configuration of its own.
pub fn configured() -> anyhow::Result<Rephraser> {
    let config = Config::load(None, std::env::vars()).context("the section `rephrase` is looked for in the configuration")?;
    client(&config.rephrase)?.ok_or_else(|| configuration("no endpoint is named: set rephrase.endpoint or WEFT_REPHRASE_ENDPOINT"))
}

/// Every incident in turn; what happened goes to the log.
pub fn all(rephraser: &mut Rephraser, incidents: &mut [Incident]) {
    for incident in incidents {
        if let Some(narrative) = rephraser.rephrase(incident) {
            incident.narrative = narrative;
        }
    }
    let counters = rephraser.counters();
    tracing::info!(rephrased = counters.rephrased, kept = ?counters.kept, "narratives in other words");
}
