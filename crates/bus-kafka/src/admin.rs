//! Topics of the cluster: which exist, and creating those that are missing.

use crate::config::KafkaConfig;
use crate::context::Plain;
use crate::error::{broker, client, hint};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};
use weft_bus::BusError;
use weft_bus::name::check_topic;
use weft_bus::record::MAX_RECORD_BYTES;
use weft_wire::topic::COMPACTED;

/// How long `connect` waits for a broker.
const CONNECT: Duration = Duration::from_secs(15);
/// How long the cluster may take for one administrative request.
const REQUEST: Duration = Duration::from_secs(30);
/// How long new topics may take until every client can see them, and how often to look.
const VISIBLE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Left to the cluster (`num.partitions`, `default.replication.factor`), Kafka 2.4 or later.
const CLUSTER_DEFAULT: i32 = -1;

pub(crate) struct Topics {
    config: Arc<KafkaConfig>,
    admin: AdminClient<Plain>,
    /// Full names seen to exist.
    known: Mutex<BTreeSet<String>>,
}

impl Topics {
    pub(crate) fn connect(config: &Arc<KafkaConfig>) -> Result<Self, BusError> {
        let doing = || format!("connect to Kafka at {}", config.brokers);
        let admin = config.admin().create_with_context(Plain).map_err(|error| client(doing(), error))?;
        let topics = Self { config: Arc::clone(config), admin, known: Mutex::default() };
        topics.list(CONNECT).map_err(|error| client(doing(), error))?;
        Ok(topics)
    }

    /// Creates those of `topics` (our names) that the cluster does not have.
    pub(crate) fn ensure<'a>(&self, topics: impl IntoIterator<Item = &'a str>) -> Result<(), BusError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted: BTreeSet<&str> = topics.into_iter().filter(|topic| !known.contains(&self.config.full(topic))).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let existing = self.list(REQUEST).map_err(|error| client("list the topics of Kafka", error))?;
        let missing: Vec<&str> = wanted.iter().copied().filter(|topic| !existing.contains(&self.config.full(topic))).collect();
        if !missing.is_empty() {
            self.create(&missing)?;
        }
        known.extend(wanted.iter().map(|topic| self.config.full(topic)));
        Ok(())
    }

    /// Every topic of the cluster. Asked for all, because asking for one by name would create it with the cluster's defaults.
    fn list(&self, timeout: Duration) -> Result<BTreeSet<String>, rdkafka::error::KafkaError> {
        let metadata = self.admin.inner().fetch_metadata(None, timeout)?;
        Ok(metadata.topics().iter().map(|topic| topic.name().to_owned()).collect())
    }

    fn create(&self, missing: &[&str]) -> Result<(), BusError> {
        let max_bytes = MAX_RECORD_BYTES.to_string();
        let names: Vec<(String, &str)> = missing.iter().map(|topic| (self.config.full(topic), *topic)).collect();
        let mut new = Vec::with_capacity(names.len());
        for (full, short) in &names {
            check_topic(full)?;
            let topic = NewTopic::new(full, CLUSTER_DEFAULT, TopicReplication::Fixed(CLUSTER_DEFAULT)).set("max.message.bytes", &max_bytes);
            new.push(if COMPACTED.contains(short) { topic.set("cleanup.policy", "compact") } else { topic });
        }
        let options = AdminOptions::new().request_timeout(Some(REQUEST)).operation_timeout(Some(REQUEST));
        let results = block_on(self.admin.create_topics(&new, &options)).map_err(|error| client("create topics in Kafka", error))?;
        for result in results {
            match result {
                // Another process was faster: that is what was wanted.
                Ok(_) | Err((_, Code::TopicAlreadyExists)) => {}
                Err((topic, code)) => {
                    let source = rdkafka::error::KafkaError::AdminOp(code);
                    return Err(BusError::Broker {
                        doing: format!("create topic {topic}"),
                        hint: hint(code).to_owned(),
                        source: Some(Box::new(source)),
                    });
                }
            }
        }
        self.wait_until_visible(names.into_iter().map(|(full, _)| full).collect())
    }

    fn wait_until_visible(&self, created: BTreeSet<String>) -> Result<(), BusError> {
        let started = Instant::now();
        loop {
            let existing = self.list(REQUEST).map_err(|error| client("list the topics of Kafka", error))?;
            match created.iter().find(|topic| !existing.contains(*topic)) {
                None => return Ok(()),
                Some(topic) if started.elapsed() > VISIBLE => {
                    return Err(broker(format!("see the new topic {topic}"), "look at the controller's log, then try again"));
                }
                Some(_) => thread::sleep(LOOK_AGAIN),
            }
        }
    }
}

/// Runs one of the admin client's futures, which its own thread completes, to its end on this thread: the bus is synchronous.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
