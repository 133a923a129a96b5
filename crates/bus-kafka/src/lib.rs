//! The bus over Apache Kafka: the traits of `weft-bus` on librdkafka.
//!
//! The only crate that knows rdkafka. It must not know what records mean, and it keeps the promise of the embedded bus:
//! durable when `publish` returns, delivered again rather than lost. An outage shorter than the delivery timeout is
//! waited out; rebalances and broker restarts are survived.

mod admin;
mod config;
mod context;
mod error;
mod publisher;
mod subscriber;

pub use config::KafkaConfig;

use admin::Topics;
use publisher::KafkaPublisher;
use std::sync::Arc;
use subscriber::KafkaSubscriber;
use weft_bus::{Bus, BusError, Publisher, Subscriber};

/// A Kafka cluster as a bus.
pub struct KafkaBus {
    config: Arc<KafkaConfig>,
    topics: Arc<Topics>,
    publisher: KafkaPublisher,
}

impl KafkaBus {
    /// Connects and waits until a broker answers.
    ///
    /// # Errors
    /// [`BusError::Broker`] for a setting that is illegal or would break the bus's promises, or when no broker answers within 15 s.
    pub fn connect(config: KafkaConfig) -> Result<Self, BusError> {
        config.check()?;
        let config = Arc::new(config);
        let topics = Arc::new(Topics::connect(&config)?);
        let publisher = KafkaPublisher::new(Arc::clone(&config), Arc::clone(&topics))?;
        Ok(Self { config, topics, publisher })
    }
}

impl Bus for KafkaBus {
    fn publisher(&self) -> Result<Box<dyn Publisher>, BusError> {
        Ok(Box::new(self.publisher.clone()))
    }

    /// Members of one group share the partitions of its topics; missing topics are created.
    fn subscriber(&self, group: &str, topics: &[&str]) -> Result<Box<dyn Subscriber>, BusError> {
        Ok(Box::new(KafkaSubscriber::open(&self.config, &self.topics, group, topics)?))
    }
}
