//! Narratives in other words, beside the analysis: a thread asks the endpoint, so that nothing waits for it, and what comes back is
//! published as a further revision of an incident that is still the same.

use crate::rephrase;
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use weft_config::Rephrase;
use weft_model::{Incident, IncidentUid, Narrative};
use weft_rephrase::{Counters, Rephraser};

/// Incidents that wait for the endpoint; more stay as compiled until they change again.
const QUEUE: usize = 64;
/// Narratives remembered; beyond it none is until the process starts anew.
const MAX_REMEMBERED: usize = 10_000;

/// What the endpoint said of one incident.
pub struct Answer {
    /// As it was asked about, with the narrative as compiled.
    pub incident: Incident,
    pub narrative: Option<Narrative>,
    counters: Counters,
}

/// The thread and what it said so far.
#[derive(Default)]
pub struct Desk {
    thread: Option<(SyncSender<Incident>, Receiver<Answer>)>,
    waiting: usize,
    not_asked: u64,
    counters: Counters,
    /// The compiled and the other text of each incident.
    said: BTreeMap<IncidentUid, (Narrative, Narrative)>,
}

impl Desk {
    /// Starts the thread when an endpoint is configured. It ends with the process or when this is dropped.
    pub fn open(config: &Rephrase) -> anyhow::Result<Self> {
        let Some(client) = rephrase::client(config)? else { return Ok(Self::default()) };
        let (ask, asked) = sync_channel(QUEUE);
        let (answer, answers) = channel();
        std::thread::spawn(move || work(client, &asked, &answer));
        Ok(Self { thread: Some((ask, answers)), ..Self::default() })
    }

    /// Puts the remembered words for the very same narrative into a compiled incident, or asks for some.
    pub fn word(&mut self, incident: &mut Incident) {
        let Some((ask, _)) = &self.thread else { return };
        if let Some((_, other)) = self.said.get(&incident.uid).filter(|(compiled, _)| *compiled == incident.narrative) {
            incident.narrative = other.clone();
            return;
        }
        match ask.try_send(incident.clone()) {
            Ok(()) => self.waiting += 1,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => self.not_asked += 1,
        }
    }

    /// What came back since the last time.
    pub fn answers(&mut self) -> Vec<Answer> {
        let Some((_, answers)) = &self.thread else { return Vec::new() };
        let answers: Vec<Answer> = answers.try_iter().collect();
        for answer in &answers {
            self.waiting = self.waiting.saturating_sub(1);
            self.counters = answer.counters.clone();
            let uid = answer.incident.uid;
            if self.said.len() < MAX_REMEMBERED || self.said.contains_key(&uid) {
                let other = answer.narrative.clone().unwrap_or_else(|| answer.incident.narrative.clone());
                self.said.insert(uid, (answer.incident.narrative.clone(), other));
            }
        }
        answers
    }

    /// Whether the endpoint still has to answer.
    pub fn is_waiting(&self) -> bool {
        self.waiting > 0
    }

    /// What happened so far, for the status; nothing without an endpoint.
    pub fn status(&self) -> Option<serde_json::Value> {
        self.thread.as_ref()?;
        Some(serde_json::json!({ "rephrased": self.counters.rephrased, "kept": self.counters.kept, "not_asked": self.not_asked }))
    }
}

fn work(mut client: Rephraser, asked: &Receiver<Incident>, answer: &Sender<Answer>) {
    for incident in asked {
        let narrative = client.rephrase(&incident);
        if answer.send(Answer { incident, narrative, counters: client.counters().clone() }).is_err() {
            return;
        }
    }
}
