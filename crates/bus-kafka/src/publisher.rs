//! Publishing: an idempotent producer that waits until all in-sync replicas hold every record.

use crate::admin::Topics;
use crate::config::KafkaConfig;
use crate::context::{Delivery, Pending};
use crate::error::client;
use rdkafka::error::KafkaError;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use weft_bus::{BusError, Publisher, Record};

/// How long to serve delivery reports before a full queue is tried again.
const QUEUE_FULL: Duration = Duration::from_millis(20);

/// Clones share one producer.
#[derive(Clone)]
pub(crate) struct KafkaPublisher {
    config: Arc<KafkaConfig>,
    topics: Arc<Topics>,
    producer: Arc<Mutex<Arc<ThreadedProducer<Delivery>>>>,
}

impl KafkaPublisher {
    pub(crate) fn new(config: Arc<KafkaConfig>, topics: Arc<Topics>) -> Result<Self, BusError> {
        let producer = Arc::new(Mutex::new(Arc::new(create(&config)?)));
        Ok(Self { config, topics, producer })
    }

    /// The producer; a new one when a fatal error (a lost sequence of the idempotent producer) has ended the last.
    fn producer(&self) -> Result<Arc<ThreadedProducer<Delivery>>, BusError> {
        let mut producer = self.producer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((code, reason)) = producer.client().fatal_error() {
            tracing::warn!(?code, reason, "the kafka producer is replaced after a fatal error");
            *producer = Arc::new(create(&self.config)?);
        }
        Ok(Arc::clone(&producer))
    }
}

fn create(config: &KafkaConfig) -> Result<ThreadedProducer<Delivery>, BusError> {
    config.producer().create_with_context(Delivery).map_err(|error| client("create the Kafka producer", error))
}

impl Publisher for KafkaPublisher {
    fn publish(&self, records: Vec<Record>) -> Result<(), BusError> {
        for record in &records {
            record.check()?;
        }
        let topics: BTreeSet<&str> = records.iter().map(|record| record.topic.as_str()).collect();
        self.topics.ensure(topics)?;
        let producer = self.producer()?;
        let pending = Arc::new(Pending::default());
        let mut refused = None;
        for record in &records {
            if let Err(error) = send(&producer, &self.config.full(&record.topic), record, &pending) {
                refused = Some(error);
                break;
            }
        }
        // What was sent before a refusal is waited for as well: after this returns nothing of the call is in flight.
        match pending.wait().or(refused) {
            None => Ok(()),
            Some(error) => Err(client("publish to Kafka", error)),
        }
    }
}

fn send(producer: &ThreadedProducer<Delivery>, topic: &str, record: &Record, pending: &Arc<Pending>) -> Result<(), KafkaError> {
    let headers = record.headers.iter().fold(OwnedHeaders::new_with_capacity(record.headers.len()), |headers, (name, value)| {
        headers.insert(Header { key: name, value: Some(value.as_str()) })
    });
    let mut message = BaseRecord::with_opaque_to(topic, Arc::clone(pending)).payload(record.value.as_slice()).headers(headers);
    if !record.key.is_empty() {
        message = message.key(record.key.as_slice());
    }
    pending.add();
    loop {
        match producer.send(message) {
            Ok(()) => return Ok(()),
            Err((KafkaError::MessageProduction(Code::QueueFull), back)) => {
                producer.poll(QUEUE_FULL);
                message = back;
            }
            Err((error, _)) => {
                pending.settle(None);
                return Err(error);
            }
        }
    }
}
