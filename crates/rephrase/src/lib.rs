//! An incident's narrative in the words of a language model behind an OpenAI-compatible endpoint. Names, hosts, addresses and quoted texts
//! leave as placeholders, and an answer counts only when every clause is there, with the same placeholders and numbers and nothing new;
//! else the compiled text stays and a counter says why. Must not know how incidents are found or where they go.

pub mod check;
pub mod client;
pub mod mask;
pub mod prompt;
pub mod refusal;

pub use client::{Key, Settings, SettingsError};
pub use refusal::Refusal;

use crate::mask::Masked;
use std::collections::BTreeMap;
use weft_model::{Incident, Narrative};
use weft_narrative::Lang;

/// Clauses that are sent; a longer narrative stays as it is.
const MAX_CLAUSES: usize = 80;

/// How often what happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counters {
    /// Narratives put into other words, one a language.
    pub rephrased: u64,
    /// Narratives left as compiled, by reason.
    pub kept: BTreeMap<&'static str, u64>,
}

/// The client with its counters.
pub struct Rephraser {
    client: client::Client,
    languages: Vec<Lang>,
    counters: Counters,
}

impl Rephraser {
    /// A client for these settings.
    ///
    /// # Errors
    /// The endpoint is no URL that may be used.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        let languages = settings.languages.clone();
        Ok(Self { client: client::Client::new(settings)?, languages, counters: Counters::default() })
    }

    /// The incident's narrative in other words; `None` when nothing of it changed. Waits for the endpoint, at most the timeout a language.
    pub fn rephrase(&mut self, incident: &Incident) -> Option<Narrative> {
        let mut narrative = incident.narrative.clone();
        for lang in self.languages.clone() {
            match self.one(incident, &mut narrative, lang) {
                Ok(()) => self.counters.rephrased += 1,
                Err(refusal) => {
                    // Neither the question nor the answer: they may hold anything.
                    tracing::warn!(incident = %incident.uid, reason = refusal.as_str(), "narrative stays as compiled");
                    *self.counters.kept.entry(refusal.as_str()).or_default() += 1;
                }
            }
        }
        (narrative != incident.narrative).then_some(narrative)
    }

    /// What happened so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    fn one(&self, incident: &Incident, narrative: &mut Narrative, lang: Lang) -> Result<(), Refusal> {
        let texts: Vec<&str> = narrative.clauses.iter().map(|clause| lang.of(&clause.text)).collect();
        if texts.is_empty() || texts.len() > MAX_CLAUSES {
            return Err(Refusal::NotSent);
        }
        let masked = Masked::of(incident, &texts).ok_or(Refusal::NotSent)?;
        let answer = self.client.ask(&prompt::request(self.client.model(), lang, &masked.texts))?;
        let rephrased = check::checked(&answer, &masked, lang)?;
        for (clause, text) in narrative.clauses.iter_mut().zip(rephrased) {
            match lang {
                Lang::En => clause.text.en = text,
                Lang::Ja => clause.text.ja = text,
            }
        }
        let whole = weft_narrative::whole(&narrative.clauses, lang);
        match lang {
            Lang::En => narrative.en = whole,
            Lang::Ja => narrative.ja = whole,
        }
        Ok(())
    }
}
