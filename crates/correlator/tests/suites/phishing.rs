//! Real phishing messages as inbound mail of a simulated company with a learned baseline: how many stand out, how many are an alert
//! alone, and whether messages of one campaign come together. The senders' and the company's worlds differ, which flatters recall.

use crate::measure::measure;
use crate::support::{BUDGET, corpus, engine, evidence, read_all};
use std::collections::{BTreeMap, HashMap};
use std::time::Instant;
use weft_correlator::Engine;
use weft_model::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use weft_model::{Body, Domain, EmailActivity, Event, EventTime, EventUid};
use weft_simulator::{Options, Simulation};
use weft_stitcher::{Alert, Evidence, share_evidence};

const PEOPLE: u32 = 40;
/// The simulation's first day. Two weeks are learned; on the days of the third one, from Monday to Friday, mail comes at this hour (UTC).
const FIRST_MONDAY_MS: i64 = 1_709_510_400_000;
const LEARNED_DAYS: i64 = 14;
const TEST_DAYS: i64 = 5;
const HOUR: i64 = 10;
/// Messages that meet one copy of the learned state; neighbours in it come from distant files.
const BATCH: usize = 6;
/// Groups of messages that count as a campaign, and how many such there are a day.
const CAMPAIGN: std::ops::RangeInclusive<usize> = 3..=40;
const CAMPAIGNS_A_DAY: usize = 3;
/// An indicator this strong may open an incident.
const STRONG_BITS: f64 = 8.0;

const FLOOR_STRONG: f64 = 0.67;
/// Pairwise F1, for each labelling.
const FLOOR_GROUPING: [f64; 2] = [0.8, 0.8];

fn mail(event: &Event) -> &EmailActivity {
    let Body::Email(mail) = &event.body else { panic!("no mail") };
    mail
}

/// The message as if it had been sent to one person then.
fn planted(message: &Event, number: usize, to: &str, time: EventTime) -> Event {
    let mut event = message.clone();
    let Body::Email(mail) = &mut event.body else { panic!("no mail") };
    (mail.to, mail.cc, mail.smtp_to) = (vec![to.to_owned()], Vec::new(), Vec::new());
    event.uid = EventUid::of("planted", &[&number.to_be_bytes()]);
    event.time = time;
    event
}

/// What messages of one campaign are taken to share: sender's domain and words of the subject, or the host of the first link.
fn sender_and_subject(mail: &EmailActivity) -> Option<String> {
    let (_, domain) = mail.from.rsplit_once('@')?;
    let words = mail.subject.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic));
    Some(format!("{domain} {}", words.collect::<Vec<_>>().join(" ").to_lowercase()))
}

fn first_host(mail: &EmailActivity) -> Option<String> {
    mail.links.iter().map(|link| link.host.clone()).find(|host| !host.is_empty())
}

/// Message numbers by campaign, the first in order of name of those large enough and not too large.
fn campaigns(messages: &[Event], key: fn(&EmailActivity) -> Option<String>) -> BTreeMap<String, Vec<usize>> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, message) in messages.iter().enumerate() {
        if let Some(key) = key(mail(message)) {
            groups.entry(key).or_default().push(number);
        }
    }
    groups.retain(|_, members| CAMPAIGN.contains(&members.len()));
    groups.into_iter().take(CAMPAIGNS_A_DAY * TEST_DAYS as usize).collect()
}

#[derive(Default)]
struct Recall {
    messages: usize,
    judged: usize,
    strong: usize,
    alone: usize,
    models: BTreeMap<String, usize>,
}

impl Recall {
    /// Plants each batch into a copy of the state.
    fn meet(&mut self, learned: &Engine, messages: &[Event], people: &[String], now: EventTime) {
        let batches = messages.len().div_ceil(BATCH);
        for first in 0..batches {
            let mut engine = learned.clone();
            let numbers = (first..messages.len()).step_by(batches);
            let batch: Vec<Event> = numbers
                .enumerate()
                .map(|(at, number)| {
                    let to = &people[(number * 7 + at) % people.len()];
                    planted(&messages[number], number, to, now.plus_ms(at as i64 * 5 * MINUTE_MS))
                })
                .collect();
            engine.hour(&batch);
            let indicators = engine.indicators();
            for message in &batch {
                let ours: Vec<_> = indicators.iter().filter(|i| i.events.iter().any(|event| event.uid == message.uid)).collect();
                let best = ours.iter().map(|indicator| indicator.bits.value()).fold(0.0, f64::max);
                self.messages += 1;
                self.judged += usize::from(!ours.is_empty());
                self.strong += usize::from(best >= STRONG_BITS);
                self.alone += usize::from(Alert::from_budget(BUDGET).is_incident(Evidence::of(&ours, &share_evidence(&ours))));
                ours.iter().for_each(|indicator| *self.models.entry(indicator.model.clone()).or_default() += 1);
            }
        }
    }
}

/// Campaigns by one labelling, mailed to the company in its third week, and a state that sees them.
struct Attack {
    name: &'static str,
    labels: BTreeMap<EventUid, String>,
    /// In order of time.
    mails: Vec<Event>,
    engine: Option<Engine>,
}

impl Attack {
    /// Three campaigns a day, one after the other between 8 and 16 h, each message to another person.
    fn new(name: &'static str, campaigns: &BTreeMap<String, Vec<usize>>, messages: &[Event], people: &[String], monday: EventTime) -> Self {
        let (mut labels, mut mails) = (BTreeMap::new(), Vec::new());
        for (at, (key, numbers)) in campaigns.iter().enumerate() {
            let (day, slot) = (at / CAMPAIGNS_A_DAY, at % CAMPAIGNS_A_DAY);
            let start = day as i64 * DAY_MS + (8 * 60 + slot as i64 * 160) * MINUTE_MS;
            for (order, number) in numbers.iter().enumerate() {
                let to = &people[(at * 11 + order * 7) % people.len()];
                let mail = planted(&messages[*number], *number, to, monday.plus_ms(start + order as i64 * 3 * MINUTE_MS));
                labels.insert(mail.uid, key.clone());
                mails.push(mail);
            }
        }
        Self { name, labels, mails, engine: None }
    }
    fn hour(&mut self, learned: &Engine, background: &[Event]) {
        let end = EventTime((background[0].time.hour() + 1) * HOUR_MS);
        let due = self.mails.partition_point(|mail| mail.time < end);
        let mut hour: Vec<Event> = self.mails.drain(..due).chain(background.iter().cloned()).collect();
        hour.sort_by_key(Event::reference);
        self.engine.get_or_insert_with(|| learned.clone()).hour(&hour);
    }
    /// Prints how the campaigns were grouped; the pairwise F1.
    fn grouped(&self) -> f64 {
        let engine = self.engine.as_ref().unwrap();
        let (indicators, clusters) = engine.stitched();
        let mut groups: HashMap<EventUid, usize> = HashMap::new();
        for (index, cluster) in clusters.iter().enumerate() {
            let held = cluster.members.iter().flat_map(|member| evidence([&indicators[*member]]));
            groups.extend(held.filter(|uid| self.labels.contains_key(uid)).map(|uid| (uid, index)));
        }
        let incidents = engine.incidents();
        let held = evidence(incidents.iter().flat_map(|incident| &incident.contributions).map(|c| &c.indicator));
        let figures = measure(&self.labels, &groups);
        eprintln!(
            "  campaigns by {}: {} of {} messages have an indicator, {} are in one of {} incidents; clusters: {figures}",
            self.name,
            groups.len(),
            self.labels.len(),
            self.labels.keys().filter(|uid| held.contains(uid)).count(),
            incidents.len()
        );
        figures.f1
    }
}

/// The company's days: what was asked of it, and the state that knows the background alone.
struct Company {
    messages: Vec<Event>,
    people: Vec<String>,
    recall: Recall,
    learned: Engine,
    attacks: Vec<Attack>,
    monday: EventTime,
}

impl Company {
    fn hour(&mut self, background: &[Event]) {
        let now = EventTime(background[0].time.hour() * HOUR_MS);
        if now >= self.monday {
            let day = (now.since(self.monday) / DAY_MS) as usize;
            if now.hour() % 24 == HOUR {
                let share = self.messages.len().div_ceil(TEST_DAYS as usize);
                if let Some(part) = self.messages.chunks(share).nth(day) {
                    self.recall.meet(&self.learned, part, &self.people, now);
                }
            }
            self.attacks.iter_mut().for_each(|attack| attack.hour(&self.learned, background));
        }
        self.learned.hour(background);
    }
}

#[test]
fn phishing_meets_a_learned_company() {
    let Some(folder) = corpus("email/phishing_pot") else { return };
    let started = Instant::now();
    let messages = read_all(&[folder]).events;
    assert_eq!(messages.len(), 900);
    let days = (LEARNED_DAYS + TEST_DAYS) as u32;
    let options = Options { scenario: "benign-month".to_owned(), seed: 7, people: PEOPLE, days, ..Options::default() };
    let simulation = Simulation::new(&options).unwrap();
    let directory = simulation.directory();
    let people: Vec<String> = directory.people().map(|(key, _)| key.to_owned()).collect();
    let monday = EventTime(FIRST_MONDAY_MS + LEARNED_DAYS * DAY_MS);
    let labels = [("sender and subject", campaigns(&messages, sender_and_subject)), ("linked host", campaigns(&messages, first_host))];
    let attacks = labels.iter().map(|(name, campaigns)| Attack::new(name, campaigns, &messages, &people, monday)).collect();
    let mut company = Company { messages, people, recall: Recall::default(), learned: engine(directory), attacks, monday };
    let (mut hour, mut count): (Vec<Event>, usize) = (Vec::new(), 0);
    let mut deliver = |event: Event| {
        count += 1;
        if hour.first().is_some_and(|first| first.time.hour() != event.time.hour()) {
            company.hour(&hour);
            hour.clear();
        }
        hour.push(event);
    };
    simulation.run(&mut deliver, &mut |_, _| ()).unwrap();
    company.hour(&hour);
    let recall = &company.recall;
    let share = |n: usize| n as f64 / recall.messages as f64;
    eprintln!(
        "email/phishing_pot: {} messages into {PEOPLE} people x {LEARNED_DAYS} days ({count} events): an indicator on {:.1} %, 8 bits or \
         more on {:.1} %, an alert alone {:.1} %; {:?}",
        recall.messages,
        100.0 * share(recall.judged),
        100.0 * share(recall.strong),
        100.0 * share(recall.alone),
        recall.models
    );
    assert_eq!(recall.messages, 900);
    let mut quiet = company.learned.indicators();
    quiet.retain(|indicator| indicator.domain == Domain::Email);
    let strong = quiet.iter().filter(|indicator| indicator.bits.value() >= STRONG_BITS).count();
    let incidents = company.learned.incidents().len();
    eprintln!("  the company alone: {} mail indicators, {strong} of 8 bits or more, {incidents} incidents", quiet.len());
    let grouping: Vec<f64> = company.attacks.iter().map(Attack::grouped).collect();
    eprintln!("  {:.1} s", started.elapsed().as_secs_f64());
    assert!(share(recall.strong) >= FLOOR_STRONG, "{}", share(recall.strong));
    assert!(grouping.iter().zip(FLOOR_GROUPING).all(|(found, floor)| *found >= floor), "{grouping:?}");
}
