//! Detection Finding (2004) of other products. Everybody and everything involved is an entry of `evidences`; what such an entry has no
//! attribute for (aliases, related events) is kept under `unmapped.weft`.

use super::attack::attacks;
use super::format::is_email;
use super::node::Node;
use super::object::UNKNOWN;
use super::record::{Class, Record};
use crate::error::WireError;
use serde_json::{Map, Value, json};
use std::net::IpAddr;
use weft_model::{DetectionFinding, EventTime, EventUid, Involved, InvolvedKind};

/// `severity` of `severity_id` 0 to 6.
const SEVERITIES: [&str; 7] = ["Unknown", "Informational", "Low", "Medium", "High", "Critical", "Fatal"];
/// `severity_id` of a severity outside OCSF's list.
const OTHER: u8 = 99;
/// `analytic.type_id`: rule.
const RULE: u8 = 1;

impl Class for DetectionFinding {
    const UID: u32 = 2004;
    const NAME: &'static str = "Detection Finding";

    fn write(&self, record: &mut Record) {
        record.activity((1, "Create"));
        match SEVERITIES.get(usize::from(self.severity)) {
            Some(name) => record.severity(self.severity, name),
            None => record.severity(OTHER, "Other"),
        }
        record.option("confidence_score", self.confidence);
        record.set("start_time", self.first_seen.0);
        record.set("end_time", self.last_seen.0);
        let mut analytic = json!({ "name": self.rule, "type_id": RULE, "type": "Rule" });
        if let (Some(uid), Some(analytic)) = (&self.rule_uid, analytic.as_object_mut()) {
            analytic.insert("uid".to_owned(), json!(uid));
        }
        let related: Vec<Value> = self.related.iter().map(|uid| json!({ "uid": uid.to_string() })).collect();
        record.set(
            "finding_info",
            json!({
                "uid": self.alert_uid,
                "title": self.title,
                "analytic": analytic,
                "attacks": attacks(&self.techniques, &self.tactics),
                "first_seen_time": self.first_seen.0,
                "last_seen_time": self.last_seen.0,
                "related_events": related,
            }),
        );
        record.set("evidences", self.involved.iter().map(evidence).collect::<Vec<_>>());
    }

    fn read(record: Node<'_>) -> Result<Self, WireError> {
        let info = record.at("finding_info");
        let analytic = info.at("analytic");
        let title = info.at("title").plain("finding_info.title")?;
        let time = record.at("time").number("time", "milliseconds since 1970")?.unwrap_or(0);
        let first_seen = instant(info.at("first_seen_time"))?.or(instant(record.at("start_time"))?).unwrap_or(EventTime(time));
        let last_seen = instant(info.at("last_seen_time"))?.or(instant(record.at("end_time"))?).unwrap_or(first_seen);
        let (techniques, tactics) = read_attacks(info)?;
        let mut involved = Vec::new();
        for entry in record.at("evidences").list("evidences")? {
            read_evidence(entry, &mut involved)?;
        }
        // Other producers name the machine and what was affected beside the evidence.
        read_device(record.at("device"), &mut involved)?;
        for resource in record.at("resources").list("resources")? {
            push(InvolvedKind::Device, resource.at("hostname").text("resources.hostname")?, &mut involved);
        }
        let mut related = Vec::new();
        for event in info.at("related_events").list("finding_info.related_events")? {
            related.extend(event.at("uid").text("related_events.uid")?.and_then(|uid| uid.parse::<EventUid>().ok()));
        }
        let severity: Option<u8> = record.at("severity_id").number("severity_id", "0 to 99")?;
        Ok(Self {
            alert_uid: info.at("uid").plain("finding_info.uid")?,
            rule: analytic.at("name").owned("finding_info.analytic.name")?.unwrap_or_else(|| title.clone()),
            title,
            rule_uid: analytic.at("uid").owned("finding_info.analytic.uid")?,
            severity: severity.filter(|id| usize::from(*id) < SEVERITIES.len()).unwrap_or(0),
            confidence: record.at("confidence_score").number("confidence_score", "0 to 255")?,
            techniques,
            tactics,
            first_seen,
            last_seen,
            involved,
            related,
        })
    }
}

fn instant(node: Node<'_>) -> Result<Option<EventTime>, WireError> {
    Ok(node.number("first_seen_time", "milliseconds since 1970")?.map(EventTime))
}

fn read_attacks(info: Node<'_>) -> Result<(Vec<String>, Vec<String>), WireError> {
    let (mut techniques, mut tactics) = (Vec::new(), Vec::new());
    for attack in info.at("attacks").list("finding_info.attacks")? {
        let uid = |key: &str| attack.at(key).at("uid").owned("attacks.technique.uid");
        techniques.extend(uid("sub_technique")?.or(uid("technique")?));
        for tactic in attack.at("tactics").list("attacks.tactics")?.chain([attack.at("tactic")]) {
            // Ours are short names; the schema's are titles ("Initial Access").
            tactics.extend(tactic.at("name").text("attacks.tactic.name")?.map(|name| name.to_lowercase().replace(' ', "-")));
        }
    }
    Ok((techniques, tactics))
}

fn push(kind: InvolvedKind, name: Option<&str>, involved: &mut Vec<Involved>) {
    if let Some(name) = name.filter(|name| *name != UNKNOWN) {
        let one = Involved::new(kind, name);
        if !involved.contains(&one) {
            involved.push(one);
        }
    }
}

/// One involved as an entry of `evidences`; what the schema would refuse is named and patched.
fn evidence(one: &Involved) -> Value {
    let name = one.name.as_str();
    let ip = name.parse::<IpAddr>().map(|ip| ip.to_string());
    match (one.kind, ip) {
        (InvolvedKind::User, _) => {
            let mut user = Map::from_iter([("name".to_owned(), json!(name))]);
            if is_email(name) {
                user.insert("email_addr".to_owned(), json!(name));
            }
            json!({ "user": user })
        }
        (InvolvedKind::Device, _) => json!({ "device": { "hostname": name, "type_id": 0 } }),
        (InvolvedKind::Ip, Ok(ip)) => json!({ "src_endpoint": { "ip": ip } }),
        (InvolvedKind::Domain, _) => json!({ "query": { "hostname": name } }),
        (InvolvedKind::Url, _) => json!({ "url": { "url_string": name } }),
        (InvolvedKind::File, _) => json!({ "file": { "name": name, "type_id": 0 } }),
        (InvolvedKind::Sender, _) if is_email(name) => json!({ "email": { "from": name } }),
        (InvolvedKind::Process, _) => json!({ "process": { "uid": name } }),
        _ => json!({ "data": name }),
    }
}

fn read_evidence(entry: Node<'_>, involved: &mut Vec<Involved>) -> Result<(), WireError> {
    for user in [entry.at("user"), entry.at("actor").at("user")] {
        let names = [user.at("email_addr"), user.at("name"), user.at("uid")];
        let mut names = names.into_iter().filter_map(|name| name.text("evidences.user").transpose());
        if let Some(name) = names.next().transpose()? {
            let aliases: Vec<String> =
                names.collect::<Result<Vec<_>, _>>()?.into_iter().filter(|a| *a != name).map(str::to_owned).collect();
            involved.push(Involved { kind: InvolvedKind::User, name: name.to_owned(), aliases });
        }
    }
    read_device(entry.at("device"), involved)?;
    for endpoint in [entry.at("src_endpoint"), entry.at("dst_endpoint")] {
        push(InvolvedKind::Ip, endpoint.at("ip").text("evidences.endpoint.ip")?, involved);
    }
    push(InvolvedKind::Domain, entry.at("query").at("hostname").text("evidences.query.hostname")?, involved);
    push(InvolvedKind::Url, entry.at("url").at("url_string").text("evidences.url.url_string")?, involved);
    push(InvolvedKind::Sender, entry.at("email").at("from").text("evidences.email.from")?, involved);
    push(InvolvedKind::Message, entry.at("email").at("message_uid").text("evidences.email.message_uid")?, involved);
    for to in [entry.at("email").at("to")] {
        for address in to.texts("evidences.email.to")? {
            push(InvolvedKind::User, Some(&address), involved);
        }
    }
    let process = entry.at("process");
    push(InvolvedKind::Process, process.at("uid").text("evidences.process.uid")?, involved);
    for file in [entry.at("file"), process.at("file")] {
        let mut hashes = Vec::new();
        for hash in file.at("hashes").list("evidences.file.hashes")? {
            hashes.extend(hash.at("value").text("evidences.file.hashes.value")?.map(str::to_lowercase));
        }
        // The longest is the strongest.
        let hash = hashes.into_iter().max_by_key(String::len);
        let name = file.at("name").owned("evidences.file.name")?;
        let aliases = if hash.is_some() { name.iter().cloned().collect() } else { Vec::new() };
        involved.extend(hash.or(name).map(|name| Involved { kind: InvolvedKind::File, name, aliases }));
    }
    if let Some(Value::String(text)) = entry.at("data").value() {
        involved.push(Involved::new(InvolvedKind::Other, text.as_str()));
    }
    Ok(())
}

fn read_device(device: Node<'_>, involved: &mut Vec<Involved>) -> Result<(), WireError> {
    let name = device.at("hostname").text("device.hostname")?.or(device.at("name").text("device.name")?);
    let ip = device.at("ip").text("device.ip")?;
    push(InvolvedKind::Device, name.or(ip), involved);
    Ok(())
}
