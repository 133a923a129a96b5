//! What the analysis is told from outside: tables, models, directory, budget.

use anyhow::Context;
use std::path::Path;
use std::sync::Arc;
use weft_correlator::Knowledge;
use weft_enrich::Enricher;
use weft_indicators::prior::Prior;
use weft_indicators::{Hits, Model, ModelSet, Settings, Suppression};
use weft_model::Directory;
use weft_stitcher::Alert;

/// Loads the tables (from `dir`, else the configured or usual place) and the shipped models, those on trial too when asked. Notes go to the log.
pub fn load(dir: Option<&Path>, with_trial: bool) -> anyhow::Result<(Arc<Enricher>, Arc<ModelSet>)> {
    let mut config = weft_config::Config::from_text("", None, std::env::vars().collect())?;
    if let Some(dir) = dir {
        config.enrich.dir = dir.to_path_buf();
    }
    load_configured(&config, with_trial)
}

/// As [`load`], with the folder, the feeds and the suppressions of a configuration.
pub fn load_configured(config: &weft_config::Config, with_trial: bool) -> anyhow::Result<(Arc<Enricher>, Arc<ModelSet>)> {
    let enrich = &config.enrich;
    let (enricher, notes) = weft_enrich::load_with_feeds(Some(&enrich.dir), &enrich.new_domain_feeds, &enrich.reputation_feeds)?;
    for note in notes {
        tracing::warn!("{}", note.text);
    }
    let mut models = weft_indicators::builtin()?;
    if !with_trial {
        models = models.active();
    }
    for path in &config.alert.suppressions {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the suppressions {}", path.display()))?;
        models.suppressions.extend(Suppression::parse(&path.display().to_string(), &text)?);
    }
    Ok((Arc::new(enricher), Arc::new(models)))
}

/// Logs how often each suppression was met.
pub fn report_suppressions<'a>(suppressed: impl Iterator<Item = (&'a Suppression, Hits)>) {
    for (one, hits) in suppressed {
        let entity = one.entity.as_deref().unwrap_or("any");
        if hits.expired > 0 {
            tracing::warn!(
                model = one.model,
                entity,
                owner = one.owner,
                expires = one.expires,
                hits.expired,
                "suppression has expired and is ignored"
            );
        }
        tracing::info!(model = one.model, entity, owner = one.owner, expires = one.expires, hits.silenced, "suppression");
    }
}

/// Puts the parts together.
pub fn with(enricher: Arc<Enricher>, models: Arc<ModelSet>, directory: Directory, budget: f64) -> Knowledge {
    Knowledge { directory: Arc::new(directory), enricher, models, alert: Alert::from_budget(budget), settings: Settings::default() }
}

/// The models and priors among the YAML files below `dir`, told apart by their keys; other files are not read.
pub fn models_of(dir: &Path) -> anyhow::Result<(Vec<Model>, Vec<Prior>)> {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Keys {
        features: Option<serde::de::IgnoredAny>,
        values: Option<serde::de::IgnoredAny>,
    }
    let (mut models, mut priors) = (Vec::new(), Vec::new());
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                let name = path.display().to_string();
                let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {name}"))?;
                let keys: Keys = serde_saphyr::from_str(&text).with_context(|| format!("{name} is not YAML"))?;
                match (keys.features, keys.values) {
                    (Some(_), _) => models.push(Model::parse(&name, &text)?),
                    (None, Some(_)) => priors.push(serde_saphyr::from_str(&text).with_context(|| format!("{name} is not a prior"))?),
                    (None, None) => tracing::warn!("{name} is neither a model nor a prior"),
                }
            }
        }
    }
    Ok((models, priors))
}
