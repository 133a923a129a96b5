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
    let config = weft_config::Config::from_text("", None, std::env::vars().collect())?;
    let dir = dir.unwrap_or(&config.enrich.dir);
    let (enricher, notes) = weft_enrich::load(Some(dir))?;
    for note in notes {
        tracing::warn!("{}", note.text);
    }
    Ok((Arc::new(enricher), Arc::new(weft_indicators::builtin()?)))
}

/// Puts the parts together.
pub fn with(enricher: Arc<Enricher>, models: Arc<ModelSet>, directory: Directory, budget: f64) -> Knowledge {
    Knowledge { directory: Arc::new(directory), enricher, models, alert: Alert::from_budget(budget), settings: Settings::default() }
}
