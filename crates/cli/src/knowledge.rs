//! What the analysis is told from outside: tables, models, directory, budget.

use anyhow::Context;
use std::path::Path;
use std::sync::Arc;
use weft_correlator::Knowledge;
use weft_enrich::Enricher;
use weft_indicators::prior::Prior;
use weft_indicators::{Model, ModelSet, Settings};
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
