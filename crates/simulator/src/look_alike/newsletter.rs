//! A new vendor's newsletter to everybody; its links lead over a tracking domain that is as new.

use super::note::Note;
use super::{Harmless, Kind, who};
use crate::SimulateError;
use crate::correspondents::Vendor;
use crate::mail_day::MailDay;
use crate::play::Taken;
use crate::rng::Rng;
use crate::truth::LookAlike;
use crate::world::World;
use serde::Deserialize;
use weft_model::EntityKind;
use weft_model::time::MINUTE_MS;

/// The newsletter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Newsletter {
    /// A workday after the first week when absent.
    pub day: Option<u32>,
    /// Share of readers who open its link.
    pub clicks: f64,
}

impl Default for Newsletter {
    fn default() -> Self {
        Self { day: None, clicks: 0.3 }
    }
}

impl Kind for Newsletter {
    fn name(&self) -> &str {
        "newsletter"
    }
    fn prepare(&self, id: &str, _taken: &mut Taken, world: &mut World) -> Result<Option<Box<dyn Harmless>>, SimulateError> {
        let mut rng = Rng::new(world.seed, id);
        let Some(day) = who::first_day(self.day, 1, world, &mut rng, |_| true) else { return Ok(None) };
        let domain = world.web.fresh(&mut rng, 0.2);
        let tracking = world.web.fresh(&mut rng, 0.5);
        let readers = (0..world.company.people.len()).collect();
        let mut vendor = Vendor::draw(domain, Vec::new(), readers, &mut rng);
        vendor.site = format!("{}.{tracking}", rng.word(&["click", "links", "go", "t", "email"]));
        let mut note = Note::new(id, "newsletter", &["email", "network"]);
        note.add(EntityKind::Sender, &format!("news@{}", vendor.domain));
        note.add(EntityKind::Domain, &vendor.domain);
        note.add(EntityKind::Domain, &tracking);
        Ok(Some(Box::new(Running { day, clicks: self.clicks, vendor, rng, note })))
    }
    fn problem(&self, days: u32) -> Option<String> {
        who::day_problem("day", self.day, days).or_else(|| who::share_problem("clicks", self.clicks))
    }
}

#[derive(Debug)]
struct Running {
    day: u32,
    clicks: f64,
    vendor: Vendor,
    rng: Rng,
    note: Note,
}

impl Harmless for Running {
    fn mail(&mut self, day: u32, world: &mut World, mail: &mut MailDay) -> Result<(), SimulateError> {
        if day != self.day {
            return Ok(());
        }
        let at = world.local(day, 0, 0) + self.vendor.minute * MINUTE_MS;
        let (vendor, clicks, rng) = (&self.vendor, self.clicks, &mut self.rng);
        self.note.tap(world, |_, world| world.newsletter(vendor, at, clicks, mail, rng))?;
        // Who opens it looks at up to three pages, each some seconds after the other.
        for visit in mail.visits.iter().filter(|visit| visit.host == self.vendor.site) {
            self.note.cover(visit.time_ms, visit.time_ms + 3 * MINUTE_MS);
        }
        Ok(())
    }
    fn into_truth(self: Box<Self>) -> Option<LookAlike> {
        self.note.finish()
    }
}
