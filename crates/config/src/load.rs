//! Reads the file, lays the environment over it, fills in folders and checks the result. The only IO is reading the file.

use crate::config::Config;
use crate::environment::overlay;
use crate::error::ConfigError;
use serde::Deserialize as _;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Bytes of a configuration file.
pub const MAX_FILE: u64 = 1 << 20;

/// Where the configuration is looked for when no file is named.
const SYSTEM_FILE: &str = "/etc/weft/weft.toml";

impl Config {
    /// The configuration in `path`, else in `$WEFT_CONFIG`, else in the first of `$XDG_CONFIG_HOME/weft/weft.toml` (default
    /// `$HOME/.config`) and `/etc/weft/weft.toml` that exists, else the defaults; then overridden by `environment`, then checked.
    /// Afterwards no folder is empty, and folders of the file that are relative stand relative to the file.
    pub fn load(path: Option<&Path>, environment: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let environment: BTreeMap<String, String> = environment.into_iter().collect();
        let named = path.map(Path::to_path_buf).or_else(|| set(&environment, "WEFT_CONFIG").map(PathBuf::from));
        let path = named.or_else(|| usual_files(&environment).into_iter().find(|path| path.is_file()));
        let text = path.as_deref().map_or(Ok(String::new()), read)?;
        Self::from_text(&text, path.as_deref(), environment)
    }

    /// As [`Config::load`] for a text that is already read; `path` is only named in errors and for relative folders.
    pub fn from_text(text: &str, path: Option<&Path>, environment: BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let shown = path.map_or_else(|| PathBuf::from("the configuration"), Path::to_path_buf);
        let in_file = |error: toml::de::Error| ConfigError::File { path: shown.clone(), message: error.to_string().trim_end().to_owned() };
        // First by itself: its errors name line and column.
        let from_file: Self = toml::from_str(text).map_err(in_file)?;
        let mut table: Table = toml::from_str(text).map_err(in_file)?;
        if let Some(folder) = path.and_then(Path::parent) {
            from_file.anchor(folder, &mut table);
        }
        let used = overlay(&mut table, environment.clone())?;
        let variables = used.iter().cloned().collect::<Vec<_>>().join(", ");
        let mut config = Self::deserialize(Value::Table(table))
            .map_err(|error| ConfigError::Environment { variable: variables, message: error.to_string().trim_end().to_owned() })?;
        config.fill_folders(&environment)?;
        config.validate(&used, &shown)?;
        Ok(config)
    }

    /// Makes the file's own relative paths relative to the file, in `table`, so that a later override by environment stays as given.
    fn anchor(&self, folder: &Path, table: &mut Table) {
        let anchored = |path: &PathBuf| Value::String(folder.join(path).to_string_lossy().into_owned());
        let many = |paths: &[PathBuf]| Value::Array(paths.iter().map(anchored).collect());
        let mut put = |section: &str, field: &str, value: Value| {
            let place = if section.is_empty() { Some(&mut *table) } else { table.get_mut(section).and_then(Value::as_table_mut) };
            // Only what the file sets; an empty text means "default".
            if let Some(old) = place.and_then(|place| place.get_mut(field)).filter(|old| old.as_str() != Some("")) {
                *old = value;
            }
        };
        put("", "data_dir", anchored(&self.data_dir));
        if let Some(directory) = &self.directory {
            put("", "directory", anchored(directory));
        }
        put("sources", "watch", many(&self.sources.watch));
        put("enrich", "dir", anchored(&self.enrich.dir));
        put("enrich", "new_domain_feeds", many(&self.enrich.new_domain_feeds));
        put("enrich", "reputation_feeds", many(&self.enrich.reputation_feeds));
        put("alert", "suppressions", many(&self.alert.suppressions));
        put("alert", "rules", many(&self.alert.rules));
        put("lake", "dir", anchored(&self.lake.dir));
        if let Some(file) = &self.rephrase.key_file {
            put("rephrase", "key_file", anchored(file));
        }
    }

    fn fill_folders(&mut self, environment: &BTreeMap<String, String>) -> Result<(), ConfigError> {
        let under = |variable: &str, rest: &str| set(environment, variable).map(|folder| Path::new(folder).join(rest));
        if self.data_dir.as_os_str().is_empty() {
            // systemd sets STATE_DIRECTORY and CACHE_DIRECTORY for its services (systemd.exec(5)).
            let folder =
                under("STATE_DIRECTORY", "").or_else(|| under("XDG_DATA_HOME", "weft")).or_else(|| under("HOME", ".local/share/weft"));
            self.data_dir = folder.ok_or(ConfigError::Home { key: "data_dir" })?;
        }
        if self.enrich.dir.as_os_str().is_empty() {
            let folder = under("WEFT_CACHE", "enrich")
                .or_else(|| under("CACHE_DIRECTORY", "enrich"))
                .or_else(|| under("XDG_CACHE_HOME", "weft/enrich"))
                .or_else(|| under("HOME", ".cache/weft/enrich"));
            self.enrich.dir = folder.ok_or(ConfigError::Home { key: "enrich.dir" })?;
        }
        if self.lake.dir.as_os_str().is_empty() {
            self.lake.dir = self.data_dir.join("lake");
        }
        Ok(())
    }
}

/// A variable's text; empty means unset, as the XDG Base Directory Specification has it.
fn set<'a>(environment: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    environment.get(name).map(String::as_str).filter(|text| !text.is_empty())
}

fn usual_files(environment: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let config = set(environment, "XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| set(environment, "HOME").map(|home| Path::new(home).join(".config")));
    config.map(|folder| folder.join("weft/weft.toml")).into_iter().chain([PathBuf::from(SYSTEM_FILE)]).collect()
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let unreadable = |source| ConfigError::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(unreadable)?.take(MAX_FILE.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(ConfigError::TooLarge { path: path.to_owned(), limit: MAX_FILE });
    }
    String::from_utf8(bytes).map_err(|_| ConfigError::File { path: path.to_owned(), message: "not UTF-8 text".to_owned() })
}
