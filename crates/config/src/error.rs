//! Why a configuration is refused. Each error names the place, the key and what is allowed.

use std::path::PathBuf;

/// A configuration that cannot be used; the CLI exits 78.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}; name an existing file", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// The file is larger than any configuration.
    #[error("{} has more than {limit} bytes; is it the configuration?", path.display())]
    TooLarge { path: PathBuf, limit: u64 },
    /// Not TOML, an unknown field or a value of the wrong type; the parser's message names line, key and what is expected.
    #[error("in {}: {message}", path.display())]
    File { path: PathBuf, message: String },
    /// An environment variable that names no field, or whose value has the wrong form.
    #[error("environment variable {variable}: {message}")]
    Environment { variable: String, message: String },
    /// A value outside its range.
    #[error("{key} = {value} ({origin}): allowed is {allowed}")]
    Value { key: &'static str, value: String, origin: String, allowed: &'static str },
    /// No folder can be derived.
    #[error("{key} is not set and the environment names no home folder; set {key} or HOME")]
    Home { key: &'static str },
}
