//! The analysis as one value: hours of events go in, indicators accumulate, incidents are read off.

use crate::assemble;
use crate::coverage::Silences;
use crate::memory::Memory;
use crate::once;
use crate::snapshot::{Found, Sections, SnapshotError};
use crate::window::LATENESS_MS;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use weft_baselines::spill::{Spill, SpillError};
use weft_enrich::Enricher;
use weft_entity_graph::{Contact, Correspondents, EntityGraph, Groups, Touch};
use weft_indicators::{Context, Extracted, Extractor, Fact, Findings, Judgement, ModelSet, Outside, Settings, State, finding};
use weft_model::{
    Body, DAY_MS, Directory, Domain, Entity, EntityKind, Event, EventRef, EventTime, EventUid, Incident, IncidentUid, Indicator,
    IndicatorUid, SmolStr,
};
use weft_stitcher::{Alert, Cluster, Constraints, Priors, stitch};

/// Indicators are remembered this long.
const REMEMBER_MS: i64 = 45 * DAY_MS;
/// Indicators remembered; of more the oldest go.
const MAX_INDICATORS: usize = 50_000;

/// Bytes of one reason with its texts, near enough.
const WHY_BYTES: usize = 256;

/// What the analysis is told from outside.
#[derive(Clone)]
pub struct Knowledge {
    pub directory: Arc<Directory>,
    pub enricher: Arc<Enricher>,
    pub models: Arc<ModelSet>,
    pub rules: Arc<weft_sigma::RuleSet>,
    pub alert: Alert,
    pub settings: Settings,
}

/// All learned state. Cloning it is how a provisional look ahead is taken.
#[derive(Clone)]
pub struct Engine {
    pub(crate) knowledge: Knowledge,
    pub(crate) graph: EntityGraph,
    outside: Outside,
    state: State,
    findings: Findings,
    rules: weft_sigma::State,
    indicators: BTreeMap<IndicatorUid, Indicator>,
    /// Those that the last hour made or changed.
    changed: Vec<IndicatorUid>,
    /// What the investigation may ask about.
    pub(crate) memory: Memory,
    /// What was not seen.
    pub(crate) silences: Silences,
    /// Products behind the SaaS records seen, for naming the account in titles.
    pub(crate) products: BTreeSet<String>,
    today: Option<i64>,
    /// Incidents whose indicators were forgotten since.
    finished: BTreeMap<IncidentUid, Incident>,
    /// Analysts' word on which indicators belong together.
    constraints: Arc<Constraints>,
    facts: Room,
}

/// Room for the facts of an hour, kept for the next one: asking for it anew costs as much as a tenth of the analysis. A clone has none.
#[derive(Default)]
struct Room(Vec<Fact>);

impl Clone for Room {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Engine {
    /// A cold start.
    pub fn new(knowledge: Knowledge) -> Self {
        let mut graph = EntityGraph::default();
        graph.correspondents = Correspondents::of(&knowledge.directory);
        graph.groups = Groups::default().under(&knowledge.directory);
        for (key, person) in knowledge.directory.people() {
            graph.known(EntityKind::Person, &SmolStr::new(key));
            if !person.device_host_name.is_empty() {
                graph.known(EntityKind::Device, &SmolStr::new(person.device_host_name.to_lowercase().as_str()));
            }
        }
        let state = State::new(knowledge.models.clone(), knowledge.settings);
        let rules = weft_sigma::State::new(knowledge.rules.clone(), knowledge.settings);
        Self {
            knowledge,
            graph,
            outside: Outside::default(),
            state,
            findings: Findings::default(),
            rules,
            indicators: BTreeMap::new(),
            changed: Vec::new(),
            memory: Memory::default(),
            silences: Silences::default(),
            products: BTreeSet::new(),
            today: None,
            finished: BTreeMap::new(),
            constraints: Arc::default(),
            facts: Room::default(),
        }
    }

    /// Writes everything learned; see `snapshot`.
    pub(crate) fn write(&self, sections: &mut Sections<'_>) -> Result<(), SnapshotError> {
        sections.put("graph", &self.graph)?;
        sections.put("notes", &self.graph.notes)?;
        sections.put("groups", &self.graph.groups)?;
        self.state.sync_spill()?;
        sections.put("state", &self.state)?;
        sections.put("counted", &self.state.counted())?;
        sections.put("findings", &self.findings)?;
        sections.put("rules", &self.rules)?;
        sections.put("indicators", &self.indicators)?;
        sections.put("memory", &self.memory)?;
        sections.put("silences", &self.silences)?;
        sections.put("products", &self.products)?;
        sections.put("today", &self.today)?;
        sections.put("finished", &self.finished)
    }

    /// The engine that was written, to go on with the same knowledge.
    pub(crate) fn read(knowledge: Knowledge, found: &mut Found) -> Result<Self, SnapshotError> {
        let state: State = found.take("state")?;
        // Older files have lists in the state.
        let counted = if found.has("counted") { found.take("counted")? } else { Default::default() };
        let state = state.restored(knowledge.models.clone(), knowledge.settings, counted);
        let mut graph = found.take::<EntityGraph>("graph")?.restored();
        graph.notes = found.take("notes")?;
        // Files from before groups were learned have no such section.
        let groups = if found.has("groups") { found.take("groups")? } else { Groups::default() };
        graph.groups = groups.under(&knowledge.directory);
        // Files from before there were rules have no such section.
        let rules = match found.has("rules") {
            true => found.take::<weft_sigma::State>("rules")?.restored(knowledge.rules.clone(), knowledge.settings),
            false => Some(weft_sigma::State::new(knowledge.rules.clone(), knowledge.settings)),
        };
        Ok(Self {
            outside: Outside::default(),
            rules: rules.ok_or(SnapshotError::OtherKnowledge)?,
            state: state.ok_or(SnapshotError::OtherKnowledge)?,
            graph,
            findings: found.take("findings")?,
            indicators: found.take("indicators")?,
            changed: Vec::new(),
            memory: found.take("memory")?,
            silences: found.take("silences")?,
            products: found.take("products")?,
            today: found.take("today")?,
            finished: found.take("finished")?,
            constraints: Arc::default(),
            facts: Room::default(),
            knowledge,
        })
    }

    /// From now on incidents honour these.
    pub fn constrain(&mut self, constraints: Arc<Constraints>) {
        self.constraints = constraints;
    }

    /// From the day after each was given on, what was learned heeds these.
    pub fn judge(&mut self, judgements: Arc<Vec<Judgement>>) {
        self.state.judge(judgements);
    }

    /// Takes the events of one hour, in (time, uid) order; hours must not go back.
    pub fn hour(&mut self, events: &[Event]) {
        let Some(first) = events.first() else { return };
        self.start_day(first.time);
        self.silences.hour(events);
        events.iter().for_each(|event| Extractor::bind_addresses(event, &mut self.graph));
        events.iter().for_each(|event| Extractor::bind_people(event, &mut self.graph, &self.knowledge.directory));
        let mut extracted = Extracted { facts: std::mem::take(&mut self.facts.0), ..Extracted::default() };
        extracted.facts.reserve(events.len() * 2);
        let (mut sighted, mut wrote) = (Vec::new(), Vec::new());
        // An entity, who touched it, and by which of the events: a large hour has millions.
        let mut touches: Vec<(Entity, Option<u32>, Contact, u32)> = Vec::with_capacity(events.len() * 2);
        let (mut seated, mut strayed, mut sanctioned) = (Vec::new(), Vec::new(), Vec::new());
        for (event, place) in events.iter().zip(0..) {
            let finding = if let Body::Finding(finding) = &event.body { Some(finding.as_ref()) } else { None };
            if finding.is_none()
                && event.domain() == Domain::Saas
                && !self.products.contains(&event.metadata.product)
                && self.products.len() < 64
            {
                self.products.insert(event.metadata.product.clone());
            }
            let context = Context {
                graph: &self.graph,
                directory: &self.knowledge.directory,
                enricher: &self.knowledge.enricher,
                outside: &self.outside,
            };
            let before = extracted.facts.len();
            Extractor::extract(event, context, &mut extracted);
            self.memory.note(event, extracted.facts.get(before..).unwrap_or_default(), context);
            for (kind, key) in extracted.known.drain(..) {
                self.graph.known(kind, &key);
            }
            for (entity, touch) in extracted.touches.drain(..) {
                touches.push((entity, self.graph.number(&touch.by), touch.contact, place));
            }
            sighted.extend(finding.map(|finding| (event, finding, std::mem::take(&mut extracted.sighted))));
            seated.extend(extracted.seated.drain(..).map(|seat| (seat, event.time)));
            sanctioned.extend(extracted.sanctioned.drain(..).map(|domain| (domain, event.time)));
            strayed.extend(extracted.strayed.drain(..).map(|stray| (stray, event.time)));
            wrote.extend(extracted.wrote.drain(..).map(|written| (written, event.time)));
        }
        let Extracted { mut facts, colleagues, .. } = extracted;
        let context = Context {
            graph: &self.graph,
            directory: &self.knowledge.directory,
            enricher: &self.knowledge.enricher,
            outside: &self.outside,
        };
        self.changed.clear();
        let deviations = self.state.step(context, &facts);
        let matches = self.rules.step(context, first.time, &facts, &deviations);
        let matches: Vec<Indicator> = matches.into_iter().filter(|one| !self.state.is_silenced(one)).collect();
        for indicator in deviations.into_iter().chain(self.findings.step(context, &sighted)).chain(matches) {
            self.changed.push(indicator.uid);
            self.indicators.insert(indicator.uid, indicator);
        }
        for (entity, by, contact, place) in touches {
            let Some(event) = events.get(place as usize) else { continue };
            let (domain, class_uid) = (event.domain(), event.body.class_uid());
            let touch = Touch { event: event.reference(), domain, class_uid, by: SmolStr::default(), contact };
            self.graph.touch_by(&entity, by, &touch);
        }
        for ((who, country), at) in seated {
            self.graph.seat(&who, &country, at);
        }
        for (domain, at) in sanctioned {
            self.graph.notes.sanction(domain, at);
        }
        for ((who, country, ip), at) in strayed {
            self.graph.notes.stray(&who, country, ip, at);
        }
        for ((address, domain), at) in wrote {
            self.graph.correspondents.wrote(&address, domain.as_deref(), at);
        }
        for (one, other) in colleagues {
            self.graph.groups.met(&one, &other);
        }
        // After a flood the room is given back.
        if facts.capacity() / 4 <= events.len() {
            facts.clear();
            self.facts.0 = facts;
        }
    }

    fn context(&self) -> Context<'_> {
        Context { graph: &self.graph, directory: &self.knowledge.directory, enricher: &self.knowledge.enricher, outside: &self.outside }
    }

    /// What is in these events as things stand; teaches nothing.
    pub fn extracted(&self, events: &[Event]) -> Extracted {
        let mut extracted = Extracted::default();
        events.iter().for_each(|event| Extractor::extract(event, self.context(), &mut extracted));
        extracted
    }

    fn start_day(&mut self, now: EventTime) {
        let before = self.today.replace(now.day());
        if before == Some(now.day()) {
            return;
        }
        self.unteach(before.unwrap_or(now.day()), now.day());
        self.archive(now);
        self.graph.forget(now);
        self.graph.groups.start_day(now.day(), &self.knowledge.directory);
        self.memory.forget(now);
        self.indicators.retain(|_, indicator| now.since(indicator.end_time) < REMEMBER_MS);
        let surplus = self.indicators.len().saturating_sub(MAX_INDICATORS);
        if surplus > 0 {
            let mut oldest: Vec<_> = self.indicators.values().map(|indicator| (indicator.time, indicator.uid)).collect();
            oldest.sort_unstable();
            for (_, uid) in oldest.into_iter().take(surplus) {
                self.indicators.remove(&uid);
            }
        }
    }

    /// What a roll-out withdrew was no deviation: before its day counts, its scores leave the calibration.
    fn unteach(&mut self, before: i64, today: i64) {
        let lag = self.knowledge.settings.lag_days + 1;
        let is_due = |indicator: &&Indicator| (before + 1..=today).contains(&(indicator.end_time.day() + lag));
        let withdrawn: Vec<Indicator> = self.indicators.values().filter(|one| is_due(one) && self.is_followed(one)).cloned().collect();
        if !withdrawn.is_empty() {
            self.state.withdraw(&withdrawn);
        }
    }

    /// Keeps the incidents of which an indicator is about to be forgotten, as they stand, and lets go of all their indicators.
    fn archive(&mut self, now: EventTime) {
        let is_stale = |indicator: &Indicator| now.since(indicator.end_time) >= REMEMBER_MS;
        if !self.indicators.values().any(is_stale) {
            return;
        }
        for incident in self.incidents() {
            if !self.finished.contains_key(&incident.uid) && incident.contributions.iter().any(|c| is_stale(&c.indicator)) {
                incident.contributions.iter().for_each(|contribution| {
                    self.indicators.remove(&contribution.indicator.uid);
                });
                self.finished.insert(incident.uid, incident);
            }
        }
    }

    /// The indicators kept, in (time, uid) order.
    pub fn indicators(&self) -> Vec<Indicator> {
        let standing = self.indicators.values().filter(|indicator| !self.is_followed(indicator) && !self.is_exercise(indicator));
        let mut indicators: Vec<Indicator> = standing.map(|indicator| finding::resolved(indicator.clone(), self.context())).collect();
        self.join_families(&mut indicators);
        once::count_once(&mut indicators);
        indicators.sort_by_key(|indicator| (indicator.time, indicator.uid));
        indicators
    }

    /// Whether everything outside that is new about an indicator is what a good part of the organisation went over to within the lateness: a
    /// roll-out withdraws its own early indicators.
    fn is_followed(&self, indicator: &Indicator) -> bool {
        !indicator.is_finding() && self.graph.is_roll_out(&indicator.entities, indicator.time, indicator.end_time.plus_ms(LATENESS_MS))
    }

    /// Whether every name outside that an indicator of mail or network speaks of is one that an administrator announced to be part of a phishing
    /// exercise.
    fn is_exercise(&self, indicator: &Indicator) -> bool {
        let names = indicator.entities.iter().filter_map(|entity| match entity.kind {
            EntityKind::Domain | EntityKind::Host => Some(entity.key.as_str()),
            EntityKind::Sender => entity.key.rsplit('@').next(),
            EntityKind::Url => entity.key.split('/').nth(2),
            _ => None,
        });
        let is_announced = |name: &str| {
            let domain = self.knowledge.enricher.domain(name);
            self.graph.notes.is_sanctioned(&domain.registrable, indicator.end_time)
        };
        let mut names = names.peekable();
        indicator.domain != Domain::Saas && !indicator.is_finding() && names.peek().is_some() && names.all(is_announced)
    }

    /// A finding that rests on the very events of an indicator of ours takes its family: dependent evidence is averaged, not added.
    fn join_families(&self, indicators: &mut [Indicator]) {
        let related = self.findings.related();
        if related.is_empty() {
            return;
        }
        let events = indicators.iter().filter(|one| !related.contains_key(&one.uid));
        let owner: BTreeMap<EventUid, String> = events.flat_map(|one| one.events.iter().map(|e| (e.uid, one.family.clone()))).collect();
        for indicator in indicators {
            let families = related.get(&indicator.uid).into_iter().flatten().filter_map(|uid| owner.get(uid));
            if let Some(family) = families.min() {
                indicator.family.clone_from(family);
            }
        }
    }

    /// The indicators that the last hour made or changed, as they stand.
    pub fn changed(&self) -> impl Iterator<Item = &Indicator> {
        self.changed.iter().filter_map(|uid| self.indicators.get(uid))
    }

    /// Tallies for a check of the calibration, when the settings ask for them.
    pub fn tallies(&self) -> &[weft_indicators::Tally] {
        self.state.tallies()
    }

    /// What became of the profiles of entities.
    pub fn profiles(&self) -> weft_indicators::ProfileCounts {
        self.state.profiles()
    }
    /// What holds memory, and about how many bytes.
    pub fn held(&self) -> Vec<(&'static str, usize)> {
        let mut held = self.state.held();
        held.extend(self.graph.held());
        held.push(("rules", self.rules.bytes()));
        held.push(("notes", self.memory.bytes()));
        let of = |one: &Indicator| {
            let lists = one.entities.len() * size_of::<Entity>() + one.events.len() * size_of::<EventRef>() + one.why.len() * WHY_BYTES;
            size_of::<Indicator>() + lists
        };
        held.push(("indicators", self.indicators.values().map(of).sum()));
        held
    }
    /// Whether an entity's profile is in memory.
    pub fn has_profile(&self, entity: &str) -> bool {
        self.state.has_profile(entity)
    }
    /// What the open day takes, and how much of it ended early.
    pub fn day(&self) -> weft_indicators::DayCounts {
        self.state.day()
    }
    /// From now on what is open of a day, and contacts with the outside, take about so many bytes at most; see [`State::cap_day`] and
    /// [`EntityGraph::cap`].
    pub fn cap(&mut self, day_bytes: usize, contact_bytes: usize) {
        self.state.cap_day(day_bytes);
        self.graph.cap(contact_bytes);
    }
    /// From now on profiles of entities take at most so many bytes of memory; see [`State::cap`].
    ///
    /// # Errors
    /// The spill cannot be reached, or lacks what was spilled before.
    pub fn cap_profiles(&mut self, bytes: usize, spill: Option<Arc<dyn Spill>>) -> Result<(), SpillError> {
        self.state.cap(bytes, spill)
    }
    /// A snapshot of this was written; see [`State::snapshot_written`].
    pub(crate) fn snapshot_written(&mut self) -> Result<(), SpillError> {
        self.state.snapshot_written()
    }

    /// People known to the organisation.
    pub fn people(&self) -> usize {
        self.graph.internal_counts().0
    }

    /// Entity-days behind each model's calibration.
    pub fn calibrated(&self) -> BTreeMap<String, u64> {
        self.state.calibrated().into_iter().chain(self.rules.calibrated()).collect()
    }

    /// The suppressions with how often each was met.
    pub fn suppressed(&self) -> impl Iterator<Item = (&weft_indicators::Suppression, weft_indicators::Hits)> {
        self.state.suppressed()
    }

    fn priors(&self) -> Priors {
        let (people, devices) = self.graph.internal_counts();
        let per_kind = |kind| if kind == EntityKind::Device { devices } else { people };
        let models: usize = self.knowledge.models.models.iter().map(|model| per_kind(model.entity)).sum();
        let rules: usize = self.knowledge.rules.speaking().map(|rule| per_kind(rule.keeper())).sum();
        let priors = Priors::new(people.max(devices), (models + rules) as f64);
        if self.knowledge.directory.is_empty() { priors.without_directory() } else { priors }
    }

    /// The indicators in (time, uid) order and their clusters, whatever their evidence.
    pub fn stitched(&self) -> (Vec<Indicator>, Vec<Cluster>) {
        let indicators = self.indicators();
        let clusters = stitch(&indicators, &self.graph, &self.priors(), &self.constraints).clusters;
        (indicators, clusters)
    }

    /// The incidents as they stand, by start and uid.
    pub fn incidents(&self) -> Vec<Incident> {
        self.incidents_from(&self.indicators())
    }

    /// [`Self::incidents`] when [`Self::indicators`] are at hand.
    pub fn incidents_from(&self, indicators: &[Indicator]) -> Vec<Incident> {
        let mut incidents = self.incidents_of(indicators);
        incidents.retain(|incident| !self.finished.contains_key(&incident.uid));
        incidents.extend(self.finished.values().cloned());
        incidents.sort_by_key(|incident| (incident.start, incident.uid));
        incidents
    }

    /// What incidents these indicators, in (time, uid) order, would be with what is known of the entities now: for looking at a part of
    /// the indicators, or at an earlier hour.
    pub fn incidents_of(&self, indicators: &[Indicator]) -> Vec<Incident> {
        let priors = self.priors();
        let stitching = stitch(indicators, &self.graph, &priors, &self.constraints);
        stitching.clusters.iter().filter_map(|cluster| assemble::incident(self, cluster, &stitching, indicators)).collect()
    }
}
