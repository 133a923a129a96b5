//! Case A: a lure by mail, a stolen session, a second factor, a hiding rule, a flood of phishing, colleagues who follow it.
//!
//! What the case fixes comes from the scenario file; who, when and where else from the seed. Must not hold any name of the case.

use crate::SimulateError;
use crate::address;
use crate::audit::{Auditor, EXCHANGE, Session};
use crate::calendar::local;
use crate::mime::{self, Anchor, Letter, Mailbox, Route};
use crate::organisation::Language;
use crate::output::{Log, RawInputs};
use crate::rng::Rng;
use crate::scenario::CaseA;
use crate::texts;
use crate::traffic::Load;
use crate::truth::{self, Attack, Step, TruthEntity};
use crate::world::World;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use weft_model::time::{HOUR_MS, MINUTE_MS};
use weft_model::{Entity, EntityKind};

/// The attack while it runs.
#[derive(Debug)]
pub struct Play {
    case: CaseA,
    rng: Rng,
    victim: usize,
    /// People whose devices follow the link of step 7.
    followers: Vec<usize>,
    /// First session (from the page's address) and the one from the VPN.
    sessions: [Session; 2],
    sender: Mailbox,
    upload_host: String,
    entities: Vec<TruthEntity>,
    steps: Vec<(Step, RawInputs)>,
}

/// Domain and entity ids of a step.
type Cast = (&'static str, Vec<String>);

impl Play {
    /// Chooses the cast and fixes the addresses of the case's hosts.
    pub fn prepare(case: CaseA, world: &mut World) -> Self {
        let mut rng = Rng::new(world.seed, "case-a");
        world.web.pin(&case.credential_page.host, case.credential_page.address);
        world.web.pin(&case.landing.host, case.landing.address);
        let days = [case.days.lure, case.days.second_factor, case.days.campaign];
        // People who work by day and are not on a trip.
        let mut people: Vec<usize> =
            (0..world.company.people.len()).filter(|person| days.iter().all(|day| world.is_around(*person, *day))).collect();
        rng.shuffle(&mut people);
        let victim = people.pop().unwrap_or_default();
        people.truncate(case.landing.devices);
        let known = world.company.people.get(victim);
        let (agent, browser) =
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Safari/537.36", "Chrome");
        let place = &case.credential_page.location;
        let mut session = |ip: Ipv4Addr, location: (String, String, String)| Session {
            id: rng.uuid(),
            ip,
            agent: agent.to_owned(),
            os: "Windows10",
            browser,
            location,
        };
        let first = session(case.credential_page.address, (place.city.clone(), place.region.clone(), place.country.clone()));
        let mut draw = Rng::new(world.seed, "case-a vpn");
        let (block, country, city, region) =
            draw.pick(address::VPN).copied().unwrap_or((([45, 83, 220, 0], 23), "SE", "Malmo", "Skane Lan"));
        let second = session(address::draw(&[block], &mut draw), (city.to_owned(), region.to_owned(), country.to_owned()));
        let domain = world.web.fresh(&mut rng, 0.3);
        let sender = crate::correspondents::person(&domain, &mut rng);
        let upload_host = format!("{}.{}", rng.word(&["up", "files", "drop", "store"]), world.web.fresh(&mut rng, 0.3));
        let mut play = Self {
            case,
            rng,
            victim,
            followers: people,
            sessions: [first, second],
            sender,
            upload_host,
            entities: Vec::new(),
            steps: Vec::new(),
        };
        if let Some(known) = known {
            let device = world.company.devices.get(victim).map(|device| device.host.to_lowercase()).unwrap_or_default();
            play.name_entities(&known.mail.to_lowercase(), &known.display(), &[known.login.as_str(), known.object_id.as_str()], &device);
        }
        play
    }

    fn name_entities(&mut self, mail: &str, name: &str, aliases: &[&str], device: &str) {
        let registrable = |host: &str| host.rsplitn(3, '.').take(2).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join(".");
        let mut add = |kind: EntityKind, key: &str, name: &str, aliases: &[&str]| {
            self.entities.push(TruthEntity::new(&Entity::new(kind, key), name, aliases))
        };
        add(EntityKind::Person, mail, name, aliases);
        add(EntityKind::Device, device, device, &[]);
        add(EntityKind::Sender, &self.sender.address, &self.sender.name, &[]);
        for host in [&self.case.lure.host, &self.case.credential_page.host, &self.case.landing.host, &self.upload_host] {
            add(EntityKind::Domain, &registrable(host), host, &[host]);
        }
        for session in &self.sessions {
            add(EntityKind::Ip, &session.ip.to_string(), &session.ip.to_string(), &[]);
            add(EntityKind::Session, &session.id, &session.id, &[]);
        }
        add(EntityKind::InboxRule, &self.case.inbox_rule.name, &self.case.inbox_rule.name, &[]);
        add(EntityKind::Url, &self.case.campaign.url, &self.case.campaign.url, &[]);
    }

    /// Who must be at the office on which day.
    pub fn forced(&self) -> BTreeSet<(usize, u32)> {
        let days = &self.case.days;
        let victim = [days.lure, days.second_factor, days.campaign].map(|day| (self.victim, day));
        victim.into_iter().chain(self.followers.iter().map(|person| (*person, days.campaign))).collect()
    }

    /// Does what the attack does on local day `day`; the ordinary day is already written.
    pub fn day(&mut self, day: u32, world: &mut World) -> Result<(), SimulateError> {
        let days = self.case.days.clone();
        if day == days.lure {
            let clicked_ms = self.lure(day, world)?;
            self.credential_page(clicked_ms, world);
        }
        if day == days.second_factor {
            self.second_factor(day, world);
        }
        if day == days.campaign {
            let start_ms = self.inbox_rule(day, world);
            let readers = self.campaign(start_ms, world)?;
            self.followers(&readers, world);
            self.upload(day, world);
        }
        Ok(())
    }

    /// Ids of the entities of these kinds whose key or alias contains `part`.
    fn ids(&self, kinds: &[&str], parts: &[&str]) -> Vec<String> {
        let wanted = |entity: &&TruthEntity| {
            kinds.contains(&entity.kind.as_str())
                || parts.iter().any(|part| entity.id.contains(part) || entity.aliases.iter().any(|alias| alias == part))
        };
        self.entities.iter().filter(wanted).map(|entity| entity.id.clone()).collect()
    }

    fn finish_step(&mut self, id: &str, cast: Cast, required: bool, world: &mut World) {
        let text = self.case.steps.get(id).cloned().unwrap_or_default();
        let step =
            Step { id: id.to_owned(), text, domain: cast.0.to_owned(), start: 0, end: 0, entities: cast.1, evidence: Vec::new(), required };
        self.steps.push((step, world.out.end_tap()));
    }

    /// Forgets what a device knows of `host`, then connects: the step has its own DNS answer.
    fn reach(&mut self, world: &mut World, device: usize, at_ms: i64, host: &str) -> i64 {
        if let Some(cache) = world.network.resolved.get_mut(device) {
            cache.remove(host);
        }
        let load = Load { up: 1_500 + self.rng.below(3_000), down: 30_000 + self.rng.below(200_000), exchanges: 2 };
        let ended = world.connect(device, at_ms * 1000, host, load, &mut self.rng);
        ended.map_or(at_ms, |us| us / 1000)
    }

    /// Step 1: the mails, and the victim's device at the mail provider; returns when.
    fn lure(&mut self, day: u32, world: &mut World) -> Result<i64, SimulateError> {
        world.out.begin_tap();
        let rng = &mut self.rng;
        let others = rng.range(2, 6) as usize;
        let mut readers: Vec<usize> = (0..world.company.people.len()).filter(|person| *person != self.victim).collect();
        rng.shuffle(&mut readers);
        readers.truncate(others);
        readers.insert(rng.below(readers.len() as u64 + 1) as usize, self.victim);
        let domain = self.sender.address.rsplit('@').next().unwrap_or_default().to_owned();
        let server = (format!("mail.{domain}"), address::draw(address::MAIL_HOSTED, rng));
        let origin = address::draw(address::HOSTING, rng);
        let start = world.plans.get(self.victim).map_or(local(day, 9, 0), |plan| plan.start_ms).max(local(day, 8, 20))
            + rng.range(10, 40) * MINUTE_MS;
        let mut at = start;
        let mut seen = start;
        for reader in readers {
            at += rng.range(4_000, 50_000);
            if reader == self.victim {
                seen = at;
            }
            let subject = rng.pick(&self.case.lure.subjects).cloned().unwrap_or_default().replace("{sender}", &self.sender.name);
            let route = Route::Inbound { server: server.clone(), client: Some(origin), results: ("pass", "none", "none") };
            let mut letter = Letter::new(at, self.sender.clone(), vec![world.mailbox(reader)], &subject, route);
            letter.message_id = mime::outside_id(&domain, at, rng);
            letter.paragraphs.clone_from(&self.case.lure.text);
            let path = self.case.lure.path.replace("{domain}", &domain).replace("{token}", &rng.hex(24));
            letter.anchors.push(Anchor { url: format!("https://{}{path}", self.case.lure.host), text: self.case.lure.link_text.clone() });
            let message = mime::write(&letter, rng);
            world.out.mail(at, message)?;
        }
        let clicked = seen + rng.range(6, 25) * MINUTE_MS + rng.range(0, MINUTE_MS);
        let host = self.case.lure.host.clone();
        let ended = self.reach(world, self.victim, clicked, &host);
        let ids = self.ids(&["person", "device", "sender"], &[&host]);
        self.finish_step("1", ("email", ids), true, world);
        Ok(ended)
    }

    /// Steps 2 and 3: the page, and a minute later the sign-in from its address.
    fn credential_page(&mut self, clicked_ms: i64, world: &mut World) {
        world.out.begin_tap();
        let host = self.case.credential_page.host.clone();
        let reached = clicked_ms + self.rng.range(90_000, 360_000);
        self.reach(world, self.victim, reached, &host);
        for pause in [22_000, 51_000] {
            let load = Load { up: 1_800, down: 9_000 + self.rng.below(20_000), exchanges: 1 };
            let at = (reached + pause + self.rng.range(0, 5_000)) * 1000;
            world.connect(self.victim, at, &host, load, &mut self.rng);
        }
        let ids = self.ids(&["person", "device"], &[&host, &format!("ip:{}", self.case.credential_page.address)]);
        self.finish_step("2", ("network", ids), true, world);
        world.out.begin_tap();
        let at = reached + MINUTE_MS;
        let [session, _] = self.sessions.clone();
        if let Some(person) = world.company.people.get(self.victim) {
            let auditor = Auditor { company: &world.company, person };
            let rng = &mut self.rng;
            world.out.record(Log::Unified, at, auditor.sign_in(at, &session, &EXCHANGE, None, rng));
            world.out.record(Log::SignIns, at, auditor.graph_sign_in(at, &session, &EXCHANGE, None, rng));
            let mut read = at;
            for _ in 0..rng.range(4, 10) {
                read += rng.range(MINUTE_MS, 18 * MINUTE_MS);
                let ids: Vec<String> = (0..rng.range(3, 20)).map(|_| mime::exchange_id(rng)).collect();
                world.out.record(Log::Unified, read, auditor.mail_items_accessed(read, &session, &ids, rng));
            }
        }
        let ids = self.ids(&["person"], &[&format!("ip:{}", session.ip), &session.id]);
        self.finish_step("3", ("saas", ids), true, world);
    }

    /// Step 4: the new second factor, mostly without a client address.
    fn second_factor(&mut self, day: u32, world: &mut World) {
        world.out.begin_tap();
        let rng = &mut self.rng;
        let at = local(day, rng.range(9, 15), rng.range(0, 60)) + rng.range(0, MINUTE_MS);
        let [session, _] = self.sessions.clone();
        let ip = rng.chance(0.2).then_some(session.ip);
        if let Some(person) = world.company.people.get(self.victim) {
            let auditor = Auditor { company: &world.company, person };
            let factor = &self.case.second_factor;
            world.out.record(Log::DirectoryAudits, at, auditor.graph_audit(at, &factor.activity, &factor.reason, ip, rng));
            let later = at + rng.range(2_000, 20_000);
            world.out.record(Log::Unified, later, auditor.strong_authentication(later, None, &factor.before, &factor.after, rng));
        }
        let ids = self.ids(&["person"], &[]);
        self.finish_step("4", ("saas", ids), true, world);
    }

    /// Step 5: sign-in and rule from the VPN; returns when.
    fn inbox_rule(&mut self, day: u32, world: &mut World) -> i64 {
        world.out.begin_tap();
        let rng = &mut self.rng;
        let mut at = local(day, 8, rng.range(10, 55)) + rng.range(0, MINUTE_MS);
        let [_, session] = self.sessions.clone();
        if let Some(person) = world.company.people.get(self.victim) {
            let auditor = Auditor { company: &world.company, person };
            world.out.record(Log::Unified, at, auditor.sign_in(at, &session, &EXCHANGE, None, rng));
            world.out.record(Log::SignIns, at, auditor.graph_sign_in(at, &session, &EXCHANGE, None, rng));
            at += rng.range(4, 16) * MINUTE_MS;
            let parameters: Vec<(String, String)> = self.case.inbox_rule.parameters.clone().into_iter().collect();
            world.out.record(Log::Unified, at, auditor.new_inbox_rule(at, &session, &self.case.inbox_rule.name, &parameters, rng));
        }
        let ids = self.ids(&["person", "inbox_rule"], &[&format!("ip:{}", session.ip), &session.id]);
        self.finish_step("5", ("saas", ids), true, world);
        at + self.rng.range(70, 110) * MINUTE_MS
    }

    /// Step 6: the flood, its bounces and its replies; returns when each of the followers got a mail.
    fn campaign(&mut self, start_ms: i64, world: &mut World) -> Result<Vec<(usize, i64)>, SimulateError> {
        world.out.begin_tap();
        let campaign = self.case.campaign.clone();
        let victim = world.mailbox(self.victim);
        let [_, session] = self.sessions.clone();
        let count = self.rng.range(i64::from(campaign.messages.least), i64::from(campaign.messages.most) + 1);
        let length = self.rng.range(i64::from(campaign.minutes.least), i64::from(campaign.minutes.most) + 1) * MINUTE_MS;
        let mut inside: Vec<usize> = (0..world.company.people.len()).filter(|person| *person != self.victim).collect();
        self.rng.shuffle(&mut inside);
        // The followers are among the first to be written to.
        inside.sort_by_key(|person| !self.followers.contains(person));
        let mut received = Vec::new();
        let mut next_inside = inside.into_iter().peekable();
        for number in 0..count {
            let at = start_ms + number * length / count + self.rng.range(0, length / count);
            let internal = number % 7 == 0 && next_inside.peek().is_some();
            let mut to = Vec::new();
            if internal {
                for person in next_inside.by_ref().take(1 + self.rng.below(3) as usize) {
                    received.push((person, at));
                    to.push(world.mailbox(person));
                }
            } else {
                for _ in 0..1 + self.rng.below(3) / 2 {
                    to.push(self.outsider(world));
                }
            }
            let rng = &mut self.rng;
            let subject = rng.pick(&campaign.subjects).cloned().unwrap_or_default().replace("{victim}", &victim.name);
            let mut letter = Letter::new(at, victim.clone(), to.clone(), &subject, Route::Own { client: session.ip });
            letter.message_id = mime::exchange_id(rng);
            letter.paragraphs = campaign.text.iter().map(|line| line.replace("{victim}", &victim.name)).collect();
            letter.anchors.push(Anchor { url: campaign.url.clone(), text: campaign.link_text.clone() });
            let message = mime::write(&letter, rng);
            world.out.mail(at, message)?;
            if let Some(person) = world.company.people.get(self.victim) {
                let auditor = Auditor { company: &world.company, person };
                world.out.record(Log::Unified, at, auditor.send(at, &session, &letter.message_id, &subject, rng));
            }
            let Some(reader) = to.into_iter().next() else { continue };
            if !internal && rng.chance(campaign.bounced) {
                let later = at + rng.range(1_000, 4 * MINUTE_MS);
                let report = crate::bounce::report(&letter, &reader, later, rng);
                world.out.mail(later, report)?;
            } else if rng.chance(campaign.answered) {
                let later = at + rng.range(MINUTE_MS, 2 * HOUR_MS);
                let route = if internal { Route::Own { client: world.company.office_ip } } else { outside_route(&reader, rng) };
                let mut reply = Letter::new(later, reader.clone(), vec![victim.clone()], &format!("Re: {subject}"), route);
                reply.message_id = if internal {
                    mime::exchange_id(rng)
                } else {
                    mime::outside_id(reader.address.rsplit('@').next().unwrap_or_default(), later, rng)
                };
                reply.references = vec![letter.message_id.clone()];
                let line = rng.word(&[
                    "Hi, did you mean to send this to me?",
                    "I cannot open the presentation, what is it about?",
                    "Is this link from you?",
                    "Thanks, I will have a look later.",
                ]);
                let names = (Language::English, victim.name.as_str(), reader.name.as_str());
                reply.paragraphs = texts::answer_with(line.to_owned(), names, &letter.paragraphs, rng);
                let message = mime::write(&reply, rng);
                world.out.mail(later, message)?;
            }
        }
        let ids = self.ids(&["person", "url"], &[&format!("ip:{}", session.ip), &session.id]);
        self.finish_step("6", ("email", ids), true, world);
        Ok(received)
    }

    /// A recipient outside: a contact of somebody, or an address out of the mailbox's years.
    fn outsider(&mut self, world: &mut World) -> Mailbox {
        let rng = &mut self.rng;
        if rng.chance(0.15)
            && let Some(contact) = rng.pick(&world.correspondents.contacts)
        {
            return contact.mailbox.clone();
        }
        let domain = match rng.pick(&world.correspondents.organisations) {
            Some(organisation) if rng.chance(0.6) => organisation.domain.clone(),
            _ => world.web.fresh(rng, 0.02),
        };
        crate::correspondents::person(&domain, rng)
    }

    /// Step 7: devices of colleagues follow the link.
    fn followers(&mut self, received: &[(usize, i64)], world: &mut World) {
        world.out.begin_tap();
        let (shared, landing) = (self.case.campaign.host.clone(), self.case.landing.host.clone());
        let mut devices = Vec::new();
        for person in self.followers.clone() {
            let Some((_, got)) = received.iter().find(|(reader, _)| *reader == person) else { continue };
            let started = world.plans.get(person).map_or(*got, |plan| plan.start_ms + 10 * MINUTE_MS);
            let at = (*got).max(started) + 90_000 + (self.rng.exponential(22.0) * MINUTE_MS as f64) as i64 % (100 * MINUTE_MS);
            let opened = self.reach(world, person, at, &shared);
            let follow = opened + self.rng.range(3_000, 50_000);
            let ended = self.reach(world, person, follow, &landing);
            let load = Load { up: 1_600, down: 8_000, exchanges: 1 };
            world.connect(person, (ended + self.rng.range(2_000, 30_000)) * 1000, &landing, load, &mut self.rng);
            if let Some(device) = world.company.devices.get(person) {
                let host = device.host.to_lowercase();
                let entity = TruthEntity::new(&Entity::new(EntityKind::Device, host.clone()), &host, &[]);
                devices.push(entity.id.clone());
                self.entities.push(entity);
            }
        }
        let mut ids = self.ids(&["url"], &[&landing, &format!("ip:{}", self.case.landing.address)]);
        ids.extend(devices);
        self.finish_step("7", ("network", ids), true, world);
    }

    /// Step 8: an upload to a rare host as the office empties.
    fn upload(&mut self, day: u32, world: &mut World) {
        world.out.begin_tap();
        let megabytes = self.case.upload.megabytes;
        let up = self.rng.range(i64::from(megabytes.least), i64::from(megabytes.most) + 1) as u64 * 1_000_000;
        let at = local(day, 17, self.rng.range(5, 20)) * 1000 + self.rng.range(0, 60_000_000);
        let host = self.upload_host.clone();
        let load = Load { up, down: 12_000, exchanges: 3 };
        world.connect(self.victim, at, &host, load, &mut self.rng);
        let first_device = self.entities.iter().find(|entity| entity.kind == "device").map(|entity| entity.id.clone());
        let mut ids = self.ids(&["person"], &[&host]);
        ids.extend(first_device);
        self.finish_step("8", ("network", ids), false, world);
    }

    /// The attack with its evidence, decoded from what each step wrote.
    pub fn into_truth(self) -> Result<Attack, SimulateError> {
        let mut steps = Vec::with_capacity(self.steps.len());
        for (mut step, inputs) in self.steps {
            (step.start, step.end, step.evidence) = truth::evidence(&inputs)?;
            steps.push(step);
        }
        Ok(Attack { id: self.case.name, title: self.case.title, entities: self.entities, steps })
    }
}

fn outside_route(writer: &Mailbox, rng: &mut Rng) -> Route {
    let domain = writer.address.rsplit('@').next().unwrap_or_default();
    Route::Inbound {
        server: (format!("mail.{domain}"), address::draw(address::MAIL_HOSTED, rng)),
        client: None,
        results: ("pass", "pass", "pass"),
    }
}
