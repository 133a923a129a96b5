//! What the analysis is told from outside: tables, models, directory, budget.

use std::path::Path;
use std::sync::Arc;
use weft_correlator::Knowledge;
use weft_enrich::Enricher;
use weft_indicators::{ModelSet, Settings};
use weft_model::Directory;
use weft_stitcher::Alert;

/// Loads the tables (from `dir`, else the configured or usual place) and the shipped models. Notes go to the log.
pub fn load(dir: Option<&Path>) -> anyhow::Result<(Arc<Enricher>, Arc<ModelSet>)> {
    let mut config = weft_config::Config::from_text("", None, std::env::vars().collect())?.enrich;
    if let Some(dir) = dir {
        config.dir = dir.to_path_buf();
    }
    load_with_feeds(&config)
}

/// As [`load`], with the folder and the feeds of a configuration.
pub fn load_with_feeds(config: &weft_config::Enrich) -> anyhow::Result<(Arc<Enricher>, Arc<ModelSet>)> {
    let (enricher, notes) = weft_enrich::load_with_feeds(Some(&config.dir), &config.new_domain_feeds, &config.reputation_feeds)?;
    for note in notes {
        tracing::warn!("{}", note.text);
    }
    Ok((Arc::new(enricher), Arc::new(weft_indicators::builtin()?)))
}

/// Puts the parts together.
pub fn with(enricher: Arc<Enricher>, models: Arc<ModelSet>, directory: Directory, budget: f64) -> Knowledge {
    Knowledge { directory: Arc::new(directory), enricher, models, alert: Alert::from_budget(budget), settings: Settings::default() }
}
