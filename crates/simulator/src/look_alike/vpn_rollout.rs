//! Everybody's traffic to the cloud moves to a new provider's network: within two days the country and the network of every sign-in change.

use super::note::Note;
use super::{Harmless, Kind, who};
use crate::SimulateError;
use crate::address;
use crate::audit::{Auditor, EXCHANGE};
use crate::mail_day::{MailDay, TOKEN};
use crate::mime::Anchor;
use crate::output::Log;
use crate::play::Taken;
use crate::rng::Rng;
use crate::schedule::Place;
use crate::traffic::Load;
use crate::truth::LookAlike;
use crate::world::World;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use weft_model::EntityKind;
use weft_model::time::MINUTE_MS;

/// The roll-out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VpnRollout {
    /// Day of the announcement and of the first group; a workday after the first week when absent.
    pub day: Option<u32>,
    /// Days over which people are moved.
    pub days: u32,
    /// Share of people who move.
    pub share: f64,
}

impl Default for VpnRollout {
    fn default() -> Self {
        Self { day: None, days: 2, share: 1.0 }
    }
}

impl Kind for VpnRollout {
    fn name(&self) -> &str {
        "vpn-rollout"
    }
    fn prepare(&self, id: &str, _taken: &mut Taken, world: &mut World) -> Result<Option<Box<dyn Harmless>>, SimulateError> {
        let mut rng = Rng::new(world.seed, id);
        let Some(day) = who::first_day(self.day, self.days, world, &mut rng, |_| true) else { return Ok(None) };
        let moves =
            (0..world.company.people.len()).map(|_| rng.chance(self.share).then(|| day + rng.below(u64::from(self.days)) as u32)).collect();
        let Some((block, country, city, region)) = rng.pick(address::VPN).copied() else { return Ok(None) };
        let exits: Vec<Ipv4Addr> = (0..2).map(|_| address::draw(&[block], &mut rng)).collect();
        let domain = world.web.fresh(&mut rng, 0.4);
        let gateway = format!("{}.{domain}", rng.word(&["gw", "edge", "access", "ztna"]));
        let mut note = Note::new(id, "vpn-rollout", &["email", "saas", "network"]);
        note.add(EntityKind::Domain, &domain);
        Ok(Some(Box::new(Running {
            day,
            moves,
            exits,
            location: (city, region, country),
            gateway,
            seen: BTreeSet::new(),
            id: id.to_owned(),
            note,
        })))
    }
    fn problem(&self, days: u32) -> Option<String> {
        let problem = who::day_problem("day", self.day, days).or_else(|| who::share_problem("share", self.share));
        problem.or_else(|| who::range_problem("days", self.days, 1..=30))
    }
}

#[derive(Debug)]
struct Running {
    day: u32,
    /// When each person moves.
    moves: Vec<Option<u32>>,
    exits: Vec<Ipv4Addr>,
    location: (&'static str, &'static str, &'static str),
    gateway: String,
    /// Who has worked through the new network.
    seen: BTreeSet<usize>,
    id: String,
    note: Note,
}

impl Running {
    fn has_moved(&self, person: usize, day: u32) -> bool {
        self.moves.get(person).copied().flatten().is_some_and(|on| on <= day)
    }
}

impl Harmless for Running {
    fn plans(&mut self, day: u32, world: &mut World) {
        for person in 0..world.plans.len() {
            if !self.has_moved(person, day) {
                continue;
            }
            let mut rng = Rng::new(world.seed, &format!("{}/exit/{day}/{person}", self.id));
            let Some(plan) = world.plans.get_mut(person).filter(|plan| plan.works()) else { continue };
            plan.ip = rng.pick(&self.exits).copied().unwrap_or(plan.ip);
            plan.location = self.location;
            if rng.chance(0.5) {
                // The phone has the new client too.
                plan.phone_ip = plan.ip;
            }
        }
    }

    /// The IT department asks everybody to install something from a domain that nobody knows.
    fn mail(&mut self, day: u32, world: &mut World, mail: &mut MailDay) -> Result<(), SimulateError> {
        if day != self.day {
            return Ok(());
        }
        let mut rng = Rng::new(world.seed, &format!("{}/mail", self.id));
        let Some(writer) = world.groups.last().and_then(|group| rng.pick(group).copied()) else { return Ok(()) };
        let gateway = self.gateway.clone();
        self.note.tap(world, |note, world| {
            note.person(world, writer);
            let mut at = world.local(day, 7, 0) + rng.range(0, 50) * MINUTE_MS;
            for person in (0..world.company.people.len()).filter(|person| *person != writer) {
                at += rng.range(100, 900);
                let subject = "New secure access: please install today";
                let mut letter = world.own_letter(writer, at, vec![world.mailbox(person)], subject, &mut rng);
                letter.paragraphs =
                    vec!["Our VPN is replaced. Install the new client from the link and sign in with your usual account.".to_owned()];
                let url = format!("https://{gateway}/enroll/{}", rng.token(TOKEN, 16));
                letter.anchors.push(Anchor { url, text: "Install secure access".to_owned() });
                world.send_own(writer, &letter, mail, &mut rng)?;
                world.maybe_visit(person, at, &gateway, 0.6, mail, &mut rng);
            }
            Ok(())
        })
    }

    fn day(&mut self, day: u32, world: &mut World) -> Result<(), SimulateError> {
        for person in 0..world.plans.len() {
            let Some(plan) = world.plans.get(person).filter(|plan| plan.works() && self.has_moved(person, day)).cloned() else { continue };
            let mut rng = Rng::new(world.seed, &format!("{}/{day}/{person}", self.id));
            let is_first = self.seen.insert(person);
            if plan.place == Place::Office {
                let mut at = plan.start_ms + rng.range(20_000, 90_000);
                while at < plan.end_ms {
                    let load = Load { up: 200_000 + rng.below(4_000_000), down: 500_000 + rng.below(9_000_000), exchanges: 3 };
                    world.connect(person, at * 1000, &self.gateway, load, &mut rng);
                    at += rng.range(60, 200) * MINUTE_MS;
                }
            }
            if !is_first {
                continue;
            }
            // The roll-out is over when the last one has worked a day with it.
            self.note.cover(plan.start_ms, plan.end_ms);
            self.note.person(world, person);
            self.note.device(world, person);
            self.note.add(EntityKind::Ip, &plan.ip.to_string());
            let Some(session) = world.desk_session(person, &plan, &mut rng) else { continue };
            let company = &world.company;
            let Some(known) = company.people.get(person) else { continue };
            let (auditor, out, rng) = (Auditor { company, person: known }, &mut world.out, &mut rng);
            let at = plan.start_ms + rng.range(60_000, 5 * MINUTE_MS);
            let reason = "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.";
            out.record(Log::SignIns, at, auditor.graph_sign_in(at, &session, &EXCHANGE, Some((50_076, reason)), rng));
            let later = at + rng.range(9_000, 60_000);
            out.record(Log::SignIns, later, auditor.prompted_sign_in(later, &session, &EXCHANGE, true, rng));
            out.record(Log::Unified, later, auditor.sign_in(later, &session, &EXCHANGE, None, rng));
        }
        Ok(())
    }
    fn into_truth(self: Box<Self>) -> Option<LookAlike> {
        self.note.finish()
    }
}
