//! What the analysis is told from outside: tables, models, directory, budget.

use anyhow::Context;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use weft_correlator::Knowledge;
use weft_enrich::Enricher;
use weft_indicators::prior::Prior;
use weft_indicators::{Hits, Model, ModelSet, Settings, Suppression};
use weft_model::Directory;
use weft_sigma::RuleSet;
use weft_stitcher::Alert;

/// Files of rules read from folders.
const MAX_RULE_FILES: usize = 1000;

/// Tables, models and rules, as the analysis runs them.
#[derive(Clone)]
pub struct Loaded {
    pub enricher: Arc<Enricher>,
    pub models: Arc<ModelSet>,
    pub rules: Arc<RuleSet>,
}

/// Loads the tables (from `dir`, else the configured or usual place), the shipped models and the rules, those on trial too when asked. Notes
/// go to the log.
pub fn load(dir: Option<&Path>, rules: &[PathBuf], with_trial: bool) -> anyhow::Result<Loaded> {
    let mut config = weft_config::Config::from_text("", None, std::env::vars().collect())?;
    if let Some(dir) = dir {
        config.enrich.dir = dir.to_path_buf();
    }
    config.alert.rules.extend_from_slice(rules);
    load_configured(&config, with_trial)
}

/// As [`load`], with the folder, the feeds, the suppressions and the rules of a configuration.
pub fn load_configured(config: &weft_config::Config, with_trial: bool) -> anyhow::Result<Loaded> {
    let enrich = &config.enrich;
    let (enricher, notes) = weft_enrich::load_with_feeds(Some(&enrich.dir), &enrich.new_domain_feeds, &enrich.reputation_feeds)?;
    for note in notes {
        tracing::warn!("{}", note.text);
    }
    let mut models = weft_indicators::builtin()?;
    let rules = rules(&config.alert.rules, &models)?.active(with_trial);
    if !with_trial {
        models = models.active();
    }
    for path in &config.alert.suppressions {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the suppressions {}", path.display()))?;
        models.suppressions.extend(Suppression::parse(&path.display().to_string(), &text)?);
    }
    Ok(Loaded { enricher: Arc::new(enricher), models: Arc::new(models), rules: Arc::new(rules) })
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

/// The shipped rules and those of the paths: files, or folders of YAML files. Where an own rule has the title or id of a shipped one, its file
/// replaces the shipped file.
pub fn rules(paths: &[PathBuf], models: &ModelSet) -> anyhow::Result<RuleSet> {
    let mut own = Vec::new();
    for path in paths {
        for file in rule_files(path)? {
            let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read the rule {}", file.display()))?;
            if path.is_dir() && !weft_sigma::file::is_sigma(&text) {
                tracing::info!("{} holds no Sigma rule", file.display());
                continue;
            }
            own.push((file.display().to_string(), text));
        }
    }
    let own: Vec<(&str, &str)> = own.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
    Ok(RuleSet::over_builtin(&own, models)?)
}

/// The YAML files of a folder by name, or the one file.
fn rule_files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let (mut folders, mut files) = (vec![path.to_path_buf()], Vec::new());
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
                files.push(path);
            }
            anyhow::ensure!(files.len() + folders.len() <= MAX_RULE_FILES, "{} holds more than {MAX_RULE_FILES} files", folder.display());
        }
    }
    files.sort();
    Ok(files)
}

/// Puts the parts together.
pub fn with(loaded: Loaded, directory: Directory, budget: f64) -> Knowledge {
    let Loaded { enricher, models, rules } = loaded;
    Knowledge { directory: Arc::new(directory), enricher, models, rules, alert: Alert::from_budget(budget), settings: Settings::default() }
}

/// The models and priors among the YAML files below `dir`, told apart by their keys; Sigma rules are left to [`rules`].
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
                if weft_sigma::file::is_sigma(&text) {
                    continue;
                }
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
