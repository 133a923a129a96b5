//! How to reach a cluster, and which of librdkafka's settings are not the operator's to change.

use crate::error::broker;
use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;
use std::collections::BTreeMap;
use std::fmt;
use weft_bus::BusError;
use weft_bus::name::{MAX_NAME_BYTES, check_group, check_topic};
use weft_bus::record::MAX_RECORD_BYTES;

/// Characters a prefix may have, so that every topic of Weft stays legal behind it.
const MAX_PREFIX_BYTES: usize = MAX_NAME_BYTES - 100;

/// Settings that carry the bus's promises (durable, at-least-once, in order) or that this crate derives.
const OWN: [&str; 13] = [
    "acks",
    "auto.offset.reset",
    "bootstrap.servers",
    "client.id",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "group.id",
    "isolation.level",
    "max.in.flight.requests.per.connection",
    "metadata.broker.list",
    "request.required.acks",
    "transactional.id",
];

/// A cluster and how to talk to it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct KafkaConfig {
    /// `host:port`, several separated by commas.
    pub brokers: String,
    /// Put before every topic's name (`acme.` gives `acme.weft.events.v1`); empty for none. Groups get it too.
    pub topic_prefix: String,
    /// How this process shows in the brokers' logs and quotas.
    pub client_id: String,
    /// Further settings by librdkafka's names (`security.protocol`, `sasl.mechanism`, `ssl.ca.location`, `compression.type`,
    /// `message.timeout.ms` ...), for producer and consumer alike.
    pub extra: BTreeMap<String, String>,
}

/// Values of `extra` may be secrets: only their names are shown.
impl fmt::Debug for KafkaConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaConfig")
            .field("brokers", &self.brokers)
            .field("topic_prefix", &self.topic_prefix)
            .field("client_id", &self.client_id)
            .field("extra", &self.extra.keys().collect::<Vec<_>>())
            .finish()
    }
}

impl KafkaConfig {
    /// A cluster at `brokers`, without prefix or further settings, as the client `weft`.
    pub fn new(brokers: impl Into<String>) -> Self {
        Self { brokers: brokers.into(), client_id: "weft".into(), ..Self::default() }
    }

    /// Checks what can be checked without a network.
    ///
    /// # Errors
    /// [`BusError::Broker`] or [`BusError::Name`], naming the setting.
    pub fn check(&self) -> Result<(), BusError> {
        if self.brokers.trim().is_empty() {
            return Err(broker("use Kafka", "set its brokers to host:port, several separated by commas"));
        }
        if !self.topic_prefix.is_empty() {
            check_topic(&self.topic_prefix)?;
        }
        if self.topic_prefix.len() > MAX_PREFIX_BYTES {
            return Err(broker("use this topic prefix", format!("shorten it to at most {MAX_PREFIX_BYTES} characters")));
        }
        if let Some(name) = self.extra.keys().find(|name| OWN.contains(&name.as_str())) {
            return Err(broker(format!("set {name} for Kafka"), "remove it: Weft sets it itself, because no record may be lost"));
        }
        // librdkafka knows its settings' names and values: an unknown or illegal one is told here, before anything connects.
        self.producer().create_native_config().map_err(|source| crate::error::client("use these Kafka settings", source))?;
        Ok(())
    }

    /// The cluster's name for a topic.
    pub(crate) fn full(&self, topic: &str) -> String {
        [self.topic_prefix.as_str(), topic].concat()
    }

    /// Our name for a topic of the cluster.
    pub(crate) fn short<'a>(&self, full: &'a str) -> &'a str {
        full.strip_prefix(self.topic_prefix.as_str()).unwrap_or(full)
    }

    fn client(&self) -> ClientConfig {
        let mut client = ClientConfig::new();
        client.set_log_level(RDKafkaLogLevel::Info);
        // Before `extra`, so that an operator may change them.
        client.set("topic.metadata.refresh.interval.ms", "60000");
        client.set("reconnect.backoff.max.ms", "2000");
        client.set("socket.keepalive.enable", "true");
        client.set("message.max.bytes", MAX_RECORD_BYTES.to_string());
        client.set("receive.message.max.bytes", "104857600");
        for (name, value) in &self.extra {
            client.set(name, value);
        }
        client.set("bootstrap.servers", self.brokers.trim());
        client.set("client.id", if self.client_id.is_empty() { "weft" } else { &self.client_id });
        client
    }

    pub(crate) fn producer(&self) -> ClientConfig {
        let mut client = self.client();
        client.set("enable.idempotence", "true").set("acks", "all");
        let defaults =
            [("compression.type", "zstd"), ("linger.ms", "5"), ("message.timeout.ms", "120000"), ("queue.buffering.max.kbytes", "65536")];
        for (name, value) in defaults {
            if !self.extra.contains_key(name) {
                client.set(name, value);
            }
        }
        client
    }

    pub(crate) fn admin(&self) -> ClientConfig {
        self.client()
    }

    /// # Errors
    /// An illegal group name.
    pub(crate) fn consumer(&self, group: &str) -> Result<ClientConfig, BusError> {
        let group = self.full(group);
        check_group(&group)?;
        let mut client = self.client();
        client.set("group.id", &group);
        client.set("enable.auto.commit", "false").set("enable.auto.offset.store", "false");
        client.set("auto.offset.reset", "earliest").set("isolation.level", "read_committed");
        let defaults = [("queued.max.messages.kbytes", "16384"), ("partition.assignment.strategy", "cooperative-sticky")];
        for (name, value) in defaults {
            if !self.extra.contains_key(name) {
                client.set(name, value);
            }
        }
        Ok(client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_would_lose_records_are_refused() {
        for name in OWN {
            let mut config = KafkaConfig::new("localhost:9092");
            config.extra.insert(name.into(), "0".into());
            let error = config.check().expect_err(name).to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn mistakes_are_told_before_connecting() {
        assert!(KafkaConfig::new(" ").check().is_err());
        assert!(KafkaConfig { topic_prefix: "a b".into(), ..KafkaConfig::new("h:1") }.check().is_err());
        assert!(KafkaConfig { topic_prefix: "a".repeat(MAX_PREFIX_BYTES + 1), ..KafkaConfig::new("h:1") }.check().is_err());
        let extra =
            |name: &str, value: &str| KafkaConfig { extra: [(name.to_owned(), value.to_owned())].into(), ..KafkaConfig::new("h:1") };
        assert!(extra("no.such.setting", "1").check().is_err());
        assert!(extra("compression.type", "no-such-codec").check().is_err());
        assert!(extra("compression.type", "lz4").check().is_ok());
    }

    #[test]
    fn secrets_are_not_shown() {
        let config = KafkaConfig { extra: [("sasl.password".to_owned(), "hunter2".to_owned())].into(), ..KafkaConfig::new("h:1") };
        let shown = format!("{config:?}");
        assert!(shown.contains("sasl.password") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn the_prefix_goes_on_and_off() {
        let config = KafkaConfig { topic_prefix: "acme.".into(), ..KafkaConfig::new("h:1") };
        assert_eq!(config.full("weft.events.v1"), "acme.weft.events.v1");
        assert_eq!(config.short("acme.weft.events.v1"), "weft.events.v1");
    }
}
