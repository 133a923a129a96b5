//! What recipients do with the mails of an earlier step: open them, answer them.

use super::stage::{Delivery, Stage};
use super::{Need, Part};
use crate::SimulateError;
use crate::mime;
use crate::organisation::Language;
use crate::output::Log;
use crate::scenario::{Choice, Lag};
use crate::texts;
use serde::Deserialize;
use weft_model::time::MINUTE_MS;

/// Recipients open a mail: their mailboxes have audit records of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// The step that sent the mails.
    pub mails: String,
    /// Only these; every recipient when absent.
    #[serde(default)]
    pub who: Option<String>,
    /// Share of them who open it.
    pub share: f64,
    /// From the mail, or the start of work, to the opening.
    pub delay: Lag,
}

/// Recipients answer a mail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    pub who: String,
    /// The step that sent the mails.
    pub mails: String,
    pub delay: Lag,
    pub text: Choice,
}

impl Stage<'_> {
    /// The first mail of a step that each of its recipients got, in the order of people.
    pub fn received(&self, step: &str) -> Vec<Delivery> {
        let mut mails = self.deliveries.get(step).cloned().unwrap_or_default();
        mails.sort_by_key(|mail| (mail.person, mail.time_ms));
        mails.dedup_by_key(|mail| mail.person);
        mails
    }

    /// When a recipient reacts to a mail: not before work starts; none when that is a day off.
    fn reaction(&mut self, mail: &Delivery, delay: Lag) -> Option<i64> {
        let plan = self.world.plans.get(mail.person).filter(|plan| plan.works())?;
        Some(mail.time_ms.max(plan.start_ms + 5 * MINUTE_MS) + delay.draw(&mut self.rng))
    }
}

impl Part for Open {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let only = self.who.as_ref().map(|role| stage.cast.people(role)).transpose()?;
        for mail in stage.received(&self.mails) {
            let chosen = only.as_ref().is_none_or(|only| only.contains(&mail.person));
            if !chosen || !stage.rng.chance(self.share) {
                continue;
            }
            let Some(at) = stage.reaction(&mail, self.delay) else { continue };
            let Some(session) = stage.desk(mail.person) else { continue };
            stage.touch_person(mail.person);
            // Others are opened with it, as on any day.
            let mut ids: Vec<String> = (0..stage.rng.below(6)).map(|_| stage.world.read_id(mail.person, at, &mut stage.rng)).collect();
            ids.insert(stage.rng.below(ids.len() as u64 + 1) as usize, mail.message_id);
            stage.record(mail.person, Log::Unified, at, |auditor, rng| auditor.mail_items_accessed(at, &session, &ids, rng));
            stage.now_ms = stage.now_ms.max(at);
        }
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        let who = self.who.iter().map(|who| Need::People(who));
        who.chain([Need::Step(&self.mails)]).collect()
    }
}

impl Part for Reply {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let people = stage.cast.people(&self.who)?;
        for mail in stage.received(&self.mails).into_iter().filter(|mail| people.contains(&mail.person)) {
            let Some(at) = stage.reaction(&mail, self.delay) else { continue };
            let Some(session) = stage.desk(mail.person) else { continue };
            stage.touch_person(mail.person);
            let subject = format!("Re: {}", mail.subject);
            let mut letter = stage.world.own_letter(mail.person, at, vec![mail.from.clone()], &subject, &mut stage.rng);
            letter.references = vec![mail.message_id.clone()];
            stage.writer = Some(letter.from.clone());
            let line = stage.choose(&self.text, Some(&mail.from))?;
            letter.paragraphs =
                texts::answer_with(line, (Language::English, &mail.from.name, &letter.from.name), &mail.paragraphs, &mut stage.rng);
            let message = mime::write(&letter, &mut stage.rng);
            stage.world.out.mail(at, message)?;
            stage.record(mail.person, Log::Unified, at, |auditor, rng| auditor.send(at, &session, &letter.message_id, &subject, rng));
            stage.now_ms = stage.now_ms.max(at);
        }
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::People(&self.who), Need::Step(&self.mails)]
    }
    fn texts(&self) -> Vec<&str> {
        self.text.0.iter().map(String::as_str).collect()
    }
}
