//! Reading as a member of a consumer group, with commits by hand.

use crate::admin::Topics;
use crate::config::KafkaConfig;
use crate::context::Polled;
use crate::error::{client, needs_operator};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::sync::Arc;
use std::time::{Duration, Instant};
use weft_bus::name::check_topic;
use weft_bus::record::{MAX_HEADERS, MAX_RECORD_BYTES};
use weft_bus::{BusError, Record, Subscriber};

/// Bytes of values one poll returns at most (and one record more).
const POLL_BYTES: usize = 32 * 1024 * 1024;

pub(crate) struct KafkaSubscriber {
    config: Arc<KafkaConfig>,
    consumer: BaseConsumer<Polled>,
    /// Met after records had been taken in the same poll: those are handed out first.
    failed: Option<BusError>,
}

impl KafkaSubscriber {
    pub(crate) fn open(config: &Arc<KafkaConfig>, topics: &Topics, group: &str, names: &[&str]) -> Result<Self, BusError> {
        names.iter().try_for_each(|topic| check_topic(topic))?;
        let consumer: BaseConsumer<Polled> =
            config.consumer(group)?.create_with_context(Polled::default()).map_err(|error| client("create the Kafka consumer", error))?;
        topics.ensure(names.iter().copied())?;
        let full: Vec<String> = names.iter().map(|topic| config.full(topic)).collect();
        let full: Vec<&str> = full.iter().map(String::as_str).collect();
        consumer.subscribe(&full).map_err(|error| client(format!("subscribe to {}", full.join(", ")), error))?;
        Ok(Self { config: Arc::clone(config), consumer, failed: None })
    }

    fn record(&self, message: &BorrowedMessage<'_>) -> Option<Record> {
        let topic = self.config.short(message.topic()).to_owned();
        let value = message.payload().unwrap_or_default();
        if value.len() > MAX_RECORD_BYTES {
            let (partition, offset, bytes) = (message.partition(), message.offset(), value.len());
            tracing::error!(topic, partition, offset, bytes, reason = "record too large", "a record is skipped");
            return None;
        }
        let text = |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
        let headers = message
            .headers()
            .map(|headers| headers.iter().take(MAX_HEADERS).map(|header| (header.key.to_owned(), text(header.value))).collect())
            .unwrap_or_default();
        Some(Record { topic, key: message.key().unwrap_or_default().to_vec(), value: value.to_vec(), headers })
    }
}

impl Subscriber for KafkaSubscriber {
    fn poll(&mut self, max: usize, timeout: Duration) -> Result<Vec<Record>, BusError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut out = Vec::new();
        let mut bytes = 0usize;
        let started = Instant::now();
        while out.len() < max && bytes < POLL_BYTES {
            // Waits for the first record only; then takes what has already been fetched.
            let wait = if out.is_empty() { timeout.saturating_sub(started.elapsed()) } else { Duration::ZERO };
            match self.consumer.poll(wait) {
                None if out.is_empty() && started.elapsed() < timeout => {}
                None => break,
                Some(Ok(message)) => {
                    self.consumer
                        .context()
                        .positions()
                        .insert((message.topic().to_owned(), message.partition()), message.offset().saturating_add(1));
                    if let Some(record) = self.record(&message) {
                        bytes = bytes.saturating_add(record.value.len());
                        out.push(record);
                    }
                }
                Some(Err(error)) => {
                    let code = error.rdkafka_error_code();
                    if matches!(error, KafkaError::MessageConsumptionFatal(_)) || code.is_some_and(needs_operator) {
                        self.failed = Some(client("read from Kafka", error));
                        break;
                    }
                    // The client reconnects and rejoins by itself.
                    tracing::warn!(%error, "reading from kafka is interrupted");
                }
            }
        }
        match self.failed.take_if(|_| out.is_empty()) {
            Some(error) => Err(error),
            None => Ok(out),
        }
    }

    fn commit(&mut self) -> Result<(), BusError> {
        let positions = self.consumer.context().positions().clone();
        if positions.is_empty() {
            return Ok(());
        }
        let mut list = TopicPartitionList::with_capacity(positions.len());
        for ((topic, partition), offset) in &positions {
            list.add_partition_offset(topic, *partition, Offset::Offset(*offset)).map_err(|error| client("commit to Kafka", error))?;
        }
        match self.consumer.commit(&list, CommitMode::Sync) {
            Ok(()) => {
                // Only what was committed: a poll cannot run meanwhile, but a rebalance callback may have.
                self.consumer.context().positions().retain(|key, offset| positions.get(key) != Some(offset));
                Ok(())
            }
            Err(error) if error.rdkafka_error_code().is_some_and(lost_membership) => {
                // The partitions go to another member, or come back after the rebalance: they are read again from the last commit.
                tracing::warn!(%error, "a commit to kafka came too late, records will be delivered again");
                self.consumer.context().positions().clear();
                Ok(())
            }
            Err(error) => Err(client("commit to Kafka", error)),
        }
    }
}

fn lost_membership(code: Code) -> bool {
    matches!(code, Code::IllegalGeneration | Code::UnknownMemberId | Code::RebalanceInProgress | Code::AssignmentLost)
}
