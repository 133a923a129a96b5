//! Ranges that types cannot say. Knows which variable or file a value came from only to name it.

use crate::config::{BusKind, Config};
use crate::environment::variable;
use crate::error::ConfigError;
use std::collections::BTreeSet;
use std::path::Path;

/// Folders watched at most.
pub const MAX_WATCH: usize = 256;
/// Interfaces listened on at most.
pub const MAX_INTERFACES: usize = 16;
/// Longest retention in days.
pub const MAX_RETENTION_DAYS: u32 = 3_650;
/// Memory for profiles, in MiB.
const MIB: std::ops::RangeInclusive<u32> = 16..=1 << 20;
/// Fewer would not hold a company's own names.
const MIN_CONTACT_MIB: u32 = 64;
/// Longest time between snapshots, in seconds.
pub const MAX_SNAPSHOT_SECONDS: u32 = 86_400;
/// Largest budget of false incidents per 1,000 people and day.
pub const MAX_BUDGET: f64 = 1_000.0;

impl Config {
    /// Checks ranges; `variables` are those that overrode the file at `path`.
    pub(crate) fn validate(&self, variables: &BTreeSet<String>, path: &Path) -> Result<(), ConfigError> {
        let check = |sound: bool, key: &'static str, value: String, allowed: &'static str| {
            let (section, field) = key.split_once('.').unwrap_or(("", key));
            let variable = variable(section, field);
            let origin =
                if variables.contains(&variable) { format!("environment variable {variable}") } else { path.display().to_string() };
            if sound { Ok(()) } else { Err(ConfigError::Value { key, value, origin, allowed }) }
        };
        let quoted = |text: &str| format!("{text:?}");
        let tenant = &self.tenant;
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
        check((1..=64).contains(&tenant.len()) && tenant.bytes().all(is_name), "tenant", quoted(tenant), "1 to 64 of a-z, 0-9, _ and -")?;
        let prefix = &self.bus.topic_prefix;
        let is_topic = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let is_prefix = prefix.len() <= 100 && prefix.bytes().all(is_topic);
        check(is_prefix, "bus.topic_prefix", quoted(prefix), "at most 100 letters, digits, dots, _ and -")?;
        let broker = self.bus.brokers.iter().find(|broker| !is_broker(broker));
        check(broker.is_none(), "bus.brokers", format!("{:?}", self.bus.brokers), "host:port, one or more")?;
        let has_broker = self.bus.kind != BusKind::Kafka || !self.bus.brokers.is_empty();
        check(has_broker, "bus.brokers", "[]".to_owned(), "at least one host:port when bus.kind is \"kafka\"")?;
        let watch = self.sources.watch.len();
        check(watch <= MAX_WATCH, "sources.watch", format!("({watch} folders)"), "at most 256 folders")?;
        let interfaces = &self.sources.interfaces;
        let named = interfaces.len() <= MAX_INTERFACES && interfaces.iter().all(|name| is_interface(name));
        check(named, "sources.interfaces", format!("{interfaces:?}"), "at most 16 names of 1 to 15 bytes without blanks and slashes")?;
        let budget = self.alert.budget;
        check(budget > 0.0 && budget <= MAX_BUDGET, "alert.budget", budget.to_string(), "more than 0, at most 1000")?;
        let days = self.lake.retention_days;
        check((1..=MAX_RETENTION_DAYS).contains(&days), "lake.retention_days", days.to_string(), "1 to 3650")?;
        let seconds = self.state.snapshot_seconds;
        check(seconds <= MAX_SNAPSHOT_SECONDS, "state.snapshot_seconds", seconds.to_string(), "0 to 86400")?;
        for (key, mib) in [("state.profile_mib", self.state.profile_mib), ("state.day_mib", self.state.day_mib)] {
            check(MIB.contains(&mib), key, mib.to_string(), "16 to 1048576")?;
        }
        let mib = self.state.contact_mib;
        check(mib >= MIN_CONTACT_MIB && MIB.contains(&mib), "state.contact_mib", mib.to_string(), "64 to 1048576")?;
        let rephrase = &self.rephrase;
        let is_url = |url: &str| url.is_empty() || url.starts_with("http://") || url.starts_with("https://");
        check(is_url(&rephrase.endpoint), "rephrase.endpoint", quoted(&rephrase.endpoint), "http://... or https://..., or empty")?;
        let has_model = rephrase.endpoint.is_empty() || !rephrase.model.is_empty();
        check(has_model, "rephrase.model", quoted(&rephrase.model), "a model's name when rephrase.endpoint is given")?;
        let seconds = rephrase.timeout_s;
        check((1..=120).contains(&seconds), "rephrase.timeout_s", seconds.to_string(), "1 to 120")
    }
}

fn is_broker(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && !host.contains(char::is_whitespace) && port.parse::<u16>().is_ok_and(|port| port > 0)
    })
}

/// Linux limits names to 15 bytes (IFNAMSIZ).
fn is_interface(name: &str) -> bool {
    (1..=15).contains(&name.len()) && !name.contains(|c: char| c.is_whitespace() || c == '/')
}
