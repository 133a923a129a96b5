//! What was said about which incident: only news is published, and an incident that is no more gets a last word.

use super::consumer::Consumer;
use super::rephraser::{Answer, Desk};
use super::{record, verdicts};
use crate::serve;
use std::collections::{BTreeMap, BTreeSet};
use weft_bus::{Publisher, Record};
use weft_model::{Bits, Incident, IncidentUid, Indicator, IndicatorUid};
use weft_store::{Decision, IncidentRow, ListQuery, Store};

/// Records published at once.
const BATCH: usize = 256;

/// What was published of one incident.
#[derive(Debug)]
struct Said {
    revision: u32,
    /// Hash of the JSON as published, but for its revision.
    content: String,
    /// Status and verdict as published.
    state: String,
    indicators: BTreeSet<IndicatorUid>,
    /// Every incident that ever became this one.
    merged_from: Vec<IncidentUid>,
}

/// The state of publication.
#[derive(Debug, Default)]
pub struct Publication {
    incidents: BTreeMap<IncidentUid, Said>,
    findings: BTreeMap<IndicatorUid, (Bits, usize)>,
}

/// A hash of the incident with the revision left out, to tell news from repetition.
fn content(incident: &Incident) -> String {
    let plain = Incident { revision: 0, merged_from: Vec::new(), ..incident.clone() };
    let text = weft_wire::to_canonical_string(&weft_wire::incident_to_ocsf(&plain));
    IncidentUid::of("content", &[text.as_bytes()]).to_string()
}

/// Where the store remembers that hash.
fn cursor(uid: &str) -> String {
    format!("incident/{uid}")
}

/// Where the store remembers the published status and verdict.
fn state_cursor(uid: &str) -> String {
    format!("incident-state/{uid}")
}

/// Status and verdict of an incident: what analysts set, and no revision tells.
fn state(row: &IncidentRow) -> String {
    let value: serde_json::Value = serde_json::from_str(&row.json).unwrap_or_default();
    let verdict = value.get("verdict_id").and_then(serde_json::Value::as_i64).unwrap_or(0);
    format!("{}/{verdict}", row.status.as_str())
}

impl Publication {
    /// What an earlier run published, from the store.
    pub fn load(store: &Store) -> anyhow::Result<Self> {
        let mut said = Self::default();
        let mut query = ListQuery { limit: 500, ..ListQuery::default() };
        loop {
            let rows = store.list_incidents(&query)?;
            let count = rows.len();
            for row in rows {
                let value: serde_json::Value = serde_json::from_str(&row.json)?;
                let uids = value.pointer("/unmapped/weft/indicators").and_then(serde_json::Value::as_array).into_iter().flatten();
                let indicators = uids.filter_map(|indicator| indicator.get("uid")?.as_str()?.parse().ok()).collect();
                let merged = value.pointer("/unmapped/weft/merged_from").and_then(serde_json::Value::as_array).into_iter().flatten();
                let merged_from = merged.filter_map(|uid| uid.as_str()?.parse().ok()).collect();
                let content = store.get_cursor(&cursor(&row.uid))?.unwrap_or_default();
                let state = store.get_cursor(&state_cursor(&row.uid))?.unwrap_or_default();
                let one = Said { revision: u32::try_from(row.revision).unwrap_or(1), content, state, indicators, merged_from };
                if let Ok(uid) = row.uid.parse() {
                    said.incidents.insert(uid, one);
                }
            }
            if count < query.limit as usize {
                return Ok(said);
            }
            query.offset += query.limit;
        }
    }

    /// Publishes new and changed findings and incidents, and the end of those that are no more.
    pub fn publish(
        &mut self,
        consumer: &Consumer<'_>,
        publisher: &dyn Publisher,
        desk: &mut Desk,
        indicators: &[Indicator],
        incidents: Vec<Incident>,
    ) -> anyhow::Result<()> {
        let tenant = &consumer.config.tenant;
        let news: Vec<&Indicator> = indicators.iter().filter(|i| self.findings.get(&i.uid) != Some(&(i.bits, i.events.len()))).collect();
        for batch in news.chunks(BATCH) {
            publisher.publish(batch.iter().map(|indicator| record::finding(tenant, indicator)).collect())?;
        }
        self.findings = indicators.iter().map(|i| (i.uid, (i.bits, i.events.len()))).collect();

        let standing: BTreeSet<IncidentUid> = incidents.iter().map(|incident| incident.uid).collect();
        let gone: Vec<IncidentUid> = self.incidents.keys().copied().filter(|uid| !standing.contains(uid)).collect();
        self.log_splits(consumer.store, &incidents)?;
        let mut merged: BTreeMap<IncidentUid, Vec<IncidentUid>> = BTreeMap::new();
        for uid in gone {
            if let Some(successor) = self.end(consumer, publisher, uid, &incidents)? {
                merged.entry(successor).or_default().push(uid);
            }
        }
        let mut records: Vec<Record> = Vec::new();
        let mut pending: Vec<(String, String, String)> = Vec::new();
        for mut incident in incidents {
            let content = content(&incident);
            let known = self.incidents.get(&incident.uid);
            if known.is_some_and(|said| said.content == content) && !merged.contains_key(&incident.uid) {
                continue;
            }
            incident.revision = known.map_or(1, |said| said.revision + 1);
            let mut merged_from = known.map(|said| said.merged_from.clone()).unwrap_or_default();
            let taken_in = merged.remove(&incident.uid).unwrap_or_default();
            merged_from.extend(&taken_in);
            merged_from.sort();
            merged_from.dedup();
            incident.merged_from = merged_from;
            desk.word(&mut incident);
            serve::put(consumer.store, consumer.events, &incident)?;
            log(consumer.store, if known.is_none() { "opened" } else { "changed" }, &incident)?;
            for old in taken_in {
                note(consumer.store, "merged", &incident, format!("took in {old}"))?;
            }
            verdicts::reopen(consumer.store, &incident)?;
            // As it stands in the store, with status and verdict.
            let Some(row) = consumer.store.get_incident(&incident.uid.to_string())? else { continue };
            records.push(record::incident(tenant, &incident, &row.json));
            let state = state(&row);
            pending.push((incident.uid.to_string(), content.clone(), state.clone()));
            let indicators = incident.contributions.iter().map(|contribution| contribution.indicator.uid).collect();
            self.incidents
                .insert(incident.uid, Said { revision: incident.revision, content, state, indicators, merged_from: incident.merged_from });
        }
        if !records.is_empty() {
            publisher.publish(records)?;
        }
        // Only after the publication: a kill in between publishes once more, never once less.
        for (uid, content, state) in pending {
            consumer.store.set_cursor(&cursor(&uid), &content)?;
            consumer.store.set_cursor(&state_cursor(&uid), &state)?;
        }
        Ok(())
    }

    /// Publishes narratives in other words of incidents that are still as they were asked about.
    pub fn reword(&mut self, consumer: &Consumer<'_>, publisher: &dyn Publisher, answers: Vec<Answer>) -> anyhow::Result<()> {
        for answer in answers {
            let mut incident = answer.incident;
            let said = self.incidents.get_mut(&incident.uid).filter(|said| said.revision == incident.revision);
            let (Some(said), Some(narrative)) = (said, answer.narrative) else { continue };
            said.revision += 1;
            incident.revision = said.revision;
            incident.narrative = narrative;
            serve::put(consumer.store, consumer.events, &incident)?;
            note(consumer.store, "changed", &incident, "its narrative was put into other words".to_owned())?;
            let Some(row) = consumer.store.get_incident(&incident.uid.to_string())? else { continue };
            publisher.publish(vec![record::incident(&consumer.config.tenant, &incident, &row.json)])?;
        }
        Ok(())
    }

    /// Publishes those of the incidents whose status or verdict somebody changed since it was published; all of them without a list.
    pub fn restate(
        &mut self,
        consumer: &Consumer<'_>,
        publisher: &dyn Publisher,
        touched: Option<&BTreeSet<String>>,
    ) -> anyhow::Result<()> {
        for (uid, said) in &mut self.incidents {
            let name = uid.to_string();
            // A verdict on an incident that became part of this one names that one.
            let is_touched = |touched: &BTreeSet<String>| {
                touched.contains(&name) || said.merged_from.iter().any(|uid| touched.contains(&uid.to_string()))
            };
            if !touched.is_none_or(is_touched) {
                continue;
            }
            let Some(row) = consumer.store.get_incident(&name)?.filter(|row| row.uid == name) else { continue };
            let now = state(&row);
            if now != said.state {
                publisher.publish(vec![record::restated(&consumer.config.tenant, *uid, &row, &now)])?;
                consumer.store.set_cursor(&state_cursor(&name), &now)?;
                said.state = now;
            }
        }
        Ok(())
    }

    /// An incident that holds indicators of another, which still stands, was split off from it.
    fn log_splits(&self, store: &Store, incidents: &[Incident]) -> anyhow::Result<()> {
        for new in incidents.iter().filter(|incident| !self.incidents.contains_key(&incident.uid)) {
            let holds = |said: &Said| new.contributions.iter().any(|part| said.indicators.contains(&part.indicator.uid));
            for old in incidents.iter().filter(|old| self.incidents.get(&old.uid).is_some_and(holds)) {
                note(store, "split", old, format!("{} was split off", new.uid))?;
                note(store, "opened", new, format!("split off from {}", old.uid))?;
            }
        }
        Ok(())
    }

    /// Closes an incident that is no more; returns the one that holds most of its indicators.
    fn end(
        &mut self,
        consumer: &Consumer<'_>,
        publisher: &dyn Publisher,
        uid: IncidentUid,
        incidents: &[Incident],
    ) -> anyhow::Result<Option<IncidentUid>> {
        let Some(said) = self.incidents.remove(&uid) else { return Ok(None) };
        let overlap = |incident: &Incident| incident.contributions.iter().filter(|c| said.indicators.contains(&c.indicator.uid)).count();
        let successor = incidents
            .iter()
            .filter(|incident| overlap(incident) > 0)
            .max_by_key(|incident| (overlap(incident), incident.uid))
            .map(|incident| incident.uid);
        let name = uid.to_string();
        if let Some(row) = consumer.store.get_incident(&name)? {
            publisher.publish(vec![record::gone(&consumer.config.tenant, uid, &row.json, successor)?])?;
            let (kind, text) = match successor {
                Some(new) => ("merged", format!("merged into {new}")),
                None => ("withdrawn", "later evidence explains it".to_owned()),
            };
            consumer.store.append_decision(&Decision { time_ms: row.end_ms, kind: kind.to_owned(), incident: name.clone(), text })?;
        }
        match successor {
            Some(new) => consumer.store.put_redirect(&name, &new.to_string())?,
            None => {
                consumer.store.delete_incident(&name)?;
            }
        }
        Ok(successor)
    }
}

fn note(store: &Store, kind: &str, incident: &Incident, text: String) -> anyhow::Result<()> {
    store.append_decision(&Decision { time_ms: incident.end.0, kind: kind.to_owned(), incident: incident.uid.to_string(), text })?;
    Ok(())
}

/// One line in the decision log, with the links that hold the incident together.
fn log(store: &Store, kind: &str, incident: &Incident) -> anyhow::Result<()> {
    let strongest = incident
        .links
        .iter()
        .max_by_key(|link| link.bits)
        .map(|link| format!("; strongest link {} bits: {}", link.bits.value(), link.reason));
    let text = format!(
        "{} indicators, {} bits of evidence{}",
        incident.contributions.len(),
        incident.evidence_bits.value(),
        strongest.unwrap_or_default()
    );
    note(store, kind, incident, text)
}
