//! Callbacks of librdkafka: its log goes to `tracing`, delivery reports to the publish that waits for them, and a
//! rebalance forgets the positions of partitions that are no longer ours.

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, ConsumerContext, Rebalance};
use rdkafka::error::KafkaError;
use rdkafka::message::DeliveryResult;
use rdkafka::producer::ProducerContext;
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical | RDKafkaLogLevel::Error => {
            tracing::error!(facility, message, "kafka client");
        }
        RDKafkaLogLevel::Warning => tracing::warn!(facility, message, "kafka client"),
        RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => tracing::info!(facility, message, "kafka client"),
        RDKafkaLogLevel::Debug => tracing::debug!(facility, message, "kafka client"),
    }
}

fn error(error: &KafkaError, reason: &str) {
    tracing::warn!(%error, reason, "kafka connection");
}

/// The context of admin clients.
pub(crate) struct Plain;

impl ClientContext for Plain {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }
    fn error(&self, kafka_error: KafkaError, reason: &str) {
        error(&kafka_error, reason);
    }
}

/// The records of one publish that no broker has acknowledged yet.
#[derive(Default)]
pub(crate) struct Pending {
    state: Mutex<PendingState>,
    done: Condvar,
}

#[derive(Default)]
struct PendingState {
    records: usize,
    failed: Option<KafkaError>,
}

impl Pending {
    fn state(&self) -> MutexGuard<'_, PendingState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub(crate) fn add(&self) {
        self.state().records += 1;
    }
    pub(crate) fn settle(&self, failed: Option<KafkaError>) {
        let mut state = self.state();
        state.records = state.records.saturating_sub(1);
        if let Some(error) = failed {
            state.failed.get_or_insert(error);
        }
        if state.records == 0 {
            self.done.notify_all();
        }
    }
    /// Blocks until every record is acknowledged or given up (`message.timeout.ms` bounds it); the first failure.
    pub(crate) fn wait(&self) -> Option<KafkaError> {
        let mut state = self.done.wait_while(self.state(), |state| state.records > 0).unwrap_or_else(PoisonError::into_inner);
        state.failed.take()
    }
}

/// The context of producers.
pub(crate) struct Delivery;

impl ClientContext for Delivery {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }
    fn error(&self, kafka_error: KafkaError, reason: &str) {
        error(&kafka_error, reason);
    }
}

impl ProducerContext for Delivery {
    type DeliveryOpaque = Arc<Pending>;

    fn delivery(&self, result: &DeliveryResult<'_>, pending: Self::DeliveryOpaque) {
        pending.settle(result.as_ref().err().map(|(error, _)| error.clone()));
    }
}

/// Topic and partition to the offset behind the last polled record.
pub(crate) type Positions = BTreeMap<(String, i32), i64>;

/// The context of consumers.
#[derive(Default)]
pub(crate) struct Polled {
    positions: Mutex<Positions>,
}

impl Polled {
    pub(crate) fn positions(&self) -> MutexGuard<'_, Positions> {
        self.positions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Polled {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }
    fn error(&self, kafka_error: KafkaError, reason: &str) {
        error(&kafka_error, reason);
    }
}

impl ConsumerContext for Polled {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Revoke(partitions) = rebalance {
            let mut positions = self.positions();
            for partition in partitions.elements() {
                // Not committed: the next owner reads these again. Committing here could pass over what is still being processed.
                positions.remove(&(partition.topic().to_owned(), partition.partition()));
            }
            tracing::info!(partitions = partitions.count(), "kafka partitions given up");
        }
    }
}
