//! Nothing in the raw inputs gives the truth away: a small decision tree on the shape of records (ids, fields, sub-seconds, order, lengths,
//! ports) must not tell attack records from harmless ones of the same kind. What records say (names, addresses, sizes moved) is not shape.

// A failed helper is a failed test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use weft_model::Body;
use weft_simulator::{Options, simulate};

const SEEDS: [u64; 4] = [101, 202, 303, 404];
/// Attacks by hijack, by strangers, by hijacked correspondents, by look-alikes and with stolen credentials: people, days and country of a
/// company, and the attacks in it.
const MIXES: [(u32, u32, &str, &str); 3] = [
    (26, 17, "US", "case-a, case-b1, case-b2, case-b3, case-c3, case-d2, case-d3"),
    (60, 17, "GB", "case-c1, case-c2, case-d1"),
    (40, 22, "US", "case-e1, case-e2, case-e3, case-e4"),
];
const LIMIT: f64 = 0.6;
/// Records of each class and kind that are looked at for one seed.
const MOST: usize = 1_000;
/// Mails of each kind and outside domain that are looked at for one seed: all share what their sender's server is like.
const MOST_OF_SENDER: u32 = 3;
/// With fewer records than this on either side, any two facts of an attack record must occur together in a harmless one instead.
const FEW: usize = 40;

/// Ids that stay the same over many records (of an account, a mailbox, a session, an application): how many digits one happens to have says
/// whose it is, not how it was made.
const STANDING: &[&str] = &[
    "userId",
    "MailboxGuid",
    "MailboxOwnerSid",
    "LogonUserSid",
    "[]/ID",
    "user/id",
    "targetResources[]/id",
    "appId",
    "AppId",
    "ApplicationId",
    "resourceId",
    "essionId",
];

/// Feature values by name; a missing one is -1.
type Features = BTreeMap<String, f64>;

struct Sample {
    seed: u64,
    attack: bool,
    features: Features,
}

type Kinds = BTreeMap<String, Vec<Sample>>;

fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// Length, class of characters and, for a UUID, its version.
fn id_shape(name: &str, id: &str, into: &mut Features) {
    let class = |test: fn(&u8) -> bool| f64::from(id.as_bytes().iter().all(test));
    into.insert(format!("{name}.length"), id.len() as f64);
    into.insert(format!("{name}.hex"), class(|byte| byte.is_ascii_hexdigit() || *byte == b'-'));
    into.insert(format!("{name}.upper"), class(|byte| !byte.is_ascii_lowercase()));
    if !STANDING.iter().any(|standing| name.ends_with(standing)) {
        into.insert(format!("{name}.digits"), id.bytes().filter(u8::is_ascii_digit).count() as f64 / id.len().max(1) as f64);
    }
    if id.len() == 36 && id.matches('-').count() == 4 {
        into.insert(format!("{name}.version"), f64::from(id.as_bytes()[14]));
    }
}

/// Paths of every member, and the shapes of those that are ids.
fn json_shape(path: &str, value: &Value, into: &mut Features) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let path = format!("{path}/{name}");
                into.insert(format!("{path} present"), 1.0);
                json_shape(&path, member, into);
            }
        }
        Value::Array(items) => items.iter().take(1).for_each(|item| json_shape(&format!("{path}[]"), item, into)),
        Value::String(text) => {
            let name = path.rsplit('/').next().unwrap_or_default();
            let is_id = ["Id", "id", "ID"].iter().any(|end| name.ends_with(end)) && !["UserId", "ObjectId"].contains(&name);
            // Of a Message-ID what the sender's server drew: its name is no shape.
            let drawn = if name == "InternetMessageId" { text.trim_matches(['<', '>']).split('@').next().unwrap() } else { text };
            if is_id && !drawn.contains([' ', '@']) {
                id_shape(path, drawn, into);
            }
        }
        Value::Null => {
            into.insert(format!("{path} null"), 1.0);
        }
        _ => {}
    }
}

/// Bytes of the strings that say something, rather than frame it.
fn content(value: &Value, name: &str) -> usize {
    const SAYING: &[&str] = &[
        "Subject",
        "Value",
        "Name",
        "ObjectId",
        "UserAgent",
        "userAgent",
        "ClientInfoString",
        "resultReason",
        "UserId",
        "MailboxOwnerUPN",
        "ClientIP",
        "ClientIPAddress",
        // The same in the other members and in Entra's log: who it was, from where, with what.
        "ActorIpAddress",
        "ID",
        "ipAddress",
        "userPrincipalName",
        "userDisplayName",
        "displayName",
        "city",
        "state",
        "countryOrRegion",
        "operatingSystem",
        "browser",
    ];
    match value {
        Value::Object(members) => members.iter().map(|(name, member)| content(member, name)).sum(),
        Value::Array(items) => items.iter().map(|item| content(item, name)).sum(),
        Value::String(text) if SAYING.contains(&name) => text.len(),
        _ => 0,
    }
}

fn audit(record: &Value, text: &str) -> (String, Features) {
    let mut features = Features::new();
    json_shape("", record, &mut features);
    features.insert("bytes".to_owned(), (text.len() - content(record, "")) as f64);
    let operation = ["Operation", "activityDisplayName"].iter().find_map(|key| record[*key].as_str());
    let kind = operation.map_or_else(
        || format!("sign-in interactive={} success={}", record["isInteractive"], record["status"]["errorCode"] == 0),
        |operation| {
            // The kind of change says the rest: a factor is not a department.
            let factor = text.contains("StrongAuthenticationMethod");
            format!("audit {operation}{}", if factor { " factor" } else { "" })
        },
    );
    (kind, features)
}

/// Sign-ins of each account in one of the two logs that tell them, in seconds.
type SignIns = BTreeMap<String, Vec<i64>>;

/// The account and second of a sign-in in the Unified Audit Log (false) or in Entra's own (true).
fn sign_in(record: &Value) -> Option<(bool, String, i64)> {
    let member = |name: &str| record[name].as_str();
    let at = |text: &str| format!("{}Z", text.trim_end_matches('Z')).parse::<jiff::Timestamp>().unwrap().as_second();
    match (member("Operation"), member("createdDateTime")) {
        (Some("UserLoggedIn" | "UserLoginFailed"), _) => Some((false, member("UserId")?.to_lowercase(), at(member("CreationTime")?))),
        (None, Some(time)) => Some((true, member("userPrincipalName")?.to_lowercase(), at(time))),
        _ => None,
    }
}

/// How many seconds before or after the other log tells of a sign-in of the same account; -9 when it tells of none near.
fn lag(record: &Value, logs: &[SignIns; 2]) -> Option<f64> {
    let (is_entra, account, at) = sign_in(record)?;
    let other = logs[usize::from(!is_entra)].get(&account).map_or(&[][..], Vec::as_slice);
    Some(other.iter().map(|time| time - at).filter(|lag| lag.abs() <= 5).min_by_key(|lag| lag.abs()).unwrap_or(-9) as f64)
}

fn mail(bytes: &[u8]) -> (String, Features) {
    let text = String::from_utf8_lossy(bytes);
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let names: Vec<&str> =
        head.lines().filter(|line| !line.starts_with([' ', '\t'])).filter_map(|line| Some(line.split_once(':')?.0)).collect();
    let mut features: Features = names.iter().map(|name| (format!("{name} present"), 1.0)).collect();
    features.insert("headers".to_owned(), names.len() as f64);
    // How large a file is, is what it says.
    let files = text.split("Content-Disposition: attachment").skip(1).map(|part| part.find("\r\n--").unwrap_or(part.len())).sum::<usize>();
    features.insert("bytes".to_owned(), (text.len() - files) as f64);
    let id = head.lines().find_map(|line| line.strip_prefix("Message-ID: <")).unwrap().trim_end_matches('>');
    id_shape("Message-ID", id.split('@').next().unwrap(), &mut features);
    features.insert("lines".to_owned(), head.lines().count() as f64);
    let kind = format!(
        "mail own={} submitted={} reply={} files={} automatic={} report={} signed={}",
        names.contains(&"X-Originating-IP"),
        // Whether the sender's server tells its client.
        names.iter().filter(|name| **name == "Received").count() > 2,
        names.contains(&"In-Reply-To"),
        text.contains("Content-Disposition: attachment") || text.contains("text/calendar"),
        names.contains(&"Auto-Submitted") || names.contains(&"List-Id"),
        head.contains("multipart/report"),
        names.contains(&"DKIM-Signature"),
    );
    (kind, features)
}

/// Questions and first segments out of one capture file, by (kind, source, port, second): shape alone.
fn packets(path: &Path, wanted: &BTreeSet<(String, u16, i64)>, seed: u64, kinds: &mut Kinds) {
    let bytes = fs::read(path).unwrap();
    let mut at = 24;
    let mut hello: BTreeMap<(String, u16), usize> = BTreeMap::new();
    while at < bytes.len() {
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let time_us = i64::from(word(at)) * 1_000_000 + i64::from(word(at + 4));
        let frame = &bytes[at + 16..at + 16 + word(at + 8) as usize];
        at += 16 + frame.len();
        let (protocol, source) = (frame[23], format!("{}.{}.{}.{}", frame[26], frame[27], frame[28], frame[29]));
        let port = u16::from_be_bytes([frame[34], frame[35]]);
        let far = u16::from_be_bytes([frame[36], frame[37]]);
        let mut features = Features::from([
            ("time below ms".to_owned(), (time_us % 1_000) as f64),
            ("time in ms is whole".to_owned(), f64::from(time_us % 1_000 == 0)),
            ("time of second".to_owned(), (time_us % 1_000_000) as f64),
            ("port".to_owned(), f64::from(port)),
            ("port is odd".to_owned(), f64::from(port % 2)),
            ("ip id".to_owned(), f64::from(u16::from_be_bytes([frame[18], frame[19]]))),
        ]);
        let mut add = |kind: &str, features: Features| {
            let attack = wanted.contains(&(source.clone(), port, time_us / 1_000));
            kinds.entry(kind.to_owned()).or_default().push(Sample { seed, attack, features });
        };
        match (protocol, far) {
            (17, 53) => {
                let name = frame[54..].iter().position(|byte| *byte == 0).unwrap_or_default();
                features.insert("bytes".to_owned(), (frame.len() - name) as f64);
                features.insert("type".to_owned(), f64::from(frame[54 + name + 2]));
                features.insert("transaction is odd".to_owned(), f64::from(frame[43] % 2));
                add("dns question", features);
            }
            (6, 443) if frame[47] == 2 => {
                // How far this port is from the last one of the same device.
                let last = hello.insert((source.clone(), 0), usize::from(port));
                features.insert("port step".to_owned(), last.map_or(0.0, |last| f64::from(port) - last as f64));
                features.insert("sequence is odd".to_owned(), f64::from(frame[41] % 2));
                add("flow", features);
            }
            _ => {}
        }
    }
}

/// All audit records.
fn records(folder: &Path) -> Vec<Value> {
    let mut found = Vec::new();
    for path in files(&folder.join("raw")) {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("jsonl") => {
                found.extend(fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str::<Value>(line).unwrap()))
            }
            Some("json") => {
                let page: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
                found.extend(page["value"].as_array().unwrap().iter().cloned());
            }
            _ => {}
        }
    }
    found
}

fn collect(seed: u64, (people, days, country, attacks): (u32, u32, &str, &str), kinds: &mut Kinds) {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("scenario.yaml");
    fs::write(&scenario, format!("name: mixed\ntitle: Mixed\nuse: [{attacks}]\norganisation: {{ offices: [{{ country: {country} }}] }}\n"))
        .unwrap();
    let options = Options { scenario: scenario.to_string_lossy().into_owned(), seed, people, days, ..Options::default() };
    simulate(&options, folder.path(), &mut |_, _| {}).unwrap();
    let truth: Value = serde_json::from_slice(&fs::read(folder.path().join("truth.json")).unwrap()).unwrap();
    let steps = truth["attacks"].as_array().unwrap().iter().flat_map(|attack| attack["steps"].as_array().unwrap());
    let evidence: BTreeSet<&str> = steps.flat_map(|step| step["evidence"].as_array().unwrap()).map(|uid| uid.as_str().unwrap()).collect();
    let mut logs = [SignIns::new(), SignIns::new()];
    for record in records(folder.path()) {
        if let Some((is_entra, account, at)) = sign_in(&record) {
            logs[usize::from(is_entra)].entry(account).or_default().push(at);
        }
    }
    let mut captures = Vec::new();
    let mut senders: BTreeMap<(String, String, bool), u32> = BTreeMap::new();
    let mut add = |(kind, features): (String, Features), attack: bool| {
        kinds.entry(kind).or_default().push(Sample { seed, attack, features });
    };
    for path in files(&folder.path().join("raw")) {
        let bytes = fs::read(&path).unwrap();
        let mut one = |record: &Value, text: &str| {
            let uid = weft_saas_map::map_record(record, text).unwrap().uid.to_string();
            let (kind, mut features) = audit(record, text);
            features.extend(lag(record, &logs).map(|lag| ("lag of the other log".to_owned(), lag)));
            add((kind, features), evidence.contains(uid.as_str()));
        };
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("eml") => {
                let event = weft_mail_decode::decode(&bytes).unwrap();
                let Body::Email(letter) = event.body else { panic!("no mail") };
                let (kind, features) = mail(&bytes);
                let attack = evidence.contains(event.uid.to_string().as_str());
                let domain = letter.from.rsplit('@').next().unwrap().to_owned();
                let known = senders.entry((kind.clone(), domain, attack)).or_insert(0);
                *known += 1;
                if *known <= MOST_OF_SENDER || kind.contains("own=true") {
                    add((kind, features), attack);
                }
            }
            Some("jsonl") => {
                String::from_utf8(bytes).unwrap().lines().for_each(|line| one(&serde_json::from_str(line).unwrap(), line));
            }
            Some("json") => {
                let page: Value = serde_json::from_slice(&bytes).unwrap();
                page["value"].as_array().unwrap().iter().for_each(|record| one(record, &record.to_string()));
            }
            Some("pcap") => captures.push(path),
            _ => {}
        }
    }
    // The days of the attack: ports and counters of other days are no fair comparison.
    for path in captures.iter().skip(14) {
        let mut wanted = BTreeSet::new();
        let mut decoder = weft_net_decode::Decoder::new(weft_net_decode::Limits::default());
        let bytes = fs::read(path).unwrap();
        let mut note = |event: weft_model::Event| {
            let source = match &event.body {
                Body::Network(flow) => &flow.src_endpoint,
                Body::Dns(dns) => &dns.src_endpoint,
                _ => return,
            };
            if evidence.contains(event.uid.to_string().as_str()) {
                wanted.insert((source.ip.unwrap().to_string(), source.port.unwrap_or_default(), event.time.0));
            }
        };
        let mut at = 24;
        while at < bytes.len() {
            let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
            let time_ns = i64::from(word(at)) * 1_000_000_000 + i64::from(word(at + 4)) * 1_000;
            let end = at + 16 + word(at + 8) as usize;
            decoder.packet(1, time_ns, &bytes[at + 16..end], word(at + 12), &mut note).unwrap();
            at = end;
        }
        decoder.finish(&mut note);
        packets(path, &wanted, seed, kinds);
    }
}

/// A binary tree of at most three splits in depth.
enum Tree {
    Leaf(f64),
    Split { feature: String, at: f64, low: Box<Tree>, high: Box<Tree> },
}

fn value(sample: &Sample, feature: &str) -> f64 {
    sample.features.get(feature).copied().unwrap_or(-1.0)
}

/// Attack share, with classes weighted to be equally heavy.
fn share(samples: &[&Sample], weight: f64) -> (f64, f64) {
    let attacks = samples.iter().filter(|sample| sample.attack).count() as f64;
    let others = (samples.len() as f64 - attacks) * weight;
    (attacks / (attacks + others).max(1e-9), attacks + others)
}

/// CART (Breiman and others 1984): the split with the least Gini impurity, exactly.
fn grow(samples: &[&Sample], weight: f64, depth: u32) -> Tree {
    let (purity, total) = share(samples, weight);
    let impurity = |(p, n): (f64, f64)| n * p * (1.0 - p);
    let mut best: Option<(f64, String, f64)> = None;
    if depth > 0 && purity > 0.0 && purity < 1.0 {
        let features: BTreeSet<&String> = samples.iter().flat_map(|sample| sample.features.keys()).collect();
        for feature in features {
            let mut column: Vec<(f64, bool)> = samples.iter().map(|sample| (value(sample, feature), sample.attack)).collect();
            column.sort_by(|a, b| a.0.total_cmp(&b.0));
            let all = column.iter().filter(|(_, attack)| *attack).count() as f64;
            let (mut attacks, mut others) = (0.0, 0.0);
            for pair in column.windows(2) {
                if pair[0].1 {
                    attacks += 1.0
                } else {
                    others += weight
                }
                if pair[0].0 == pair[1].0 {
                    continue;
                }
                let low = attacks + others;
                let sum = impurity((attacks / low, low)) + impurity(((all - attacks) / (total - low).max(1e-9), total - low));
                if best.as_ref().is_none_or(|(least, _, _)| sum < *least - 1e-9) {
                    best = Some((sum, feature.clone(), (pair[0].0 + pair[1].0) / 2.0));
                }
            }
        }
    }
    let Some((_, feature, at)) = best.filter(|(sum, _, _)| *sum < impurity((purity, total)) - 1e-9) else { return Tree::Leaf(purity) };
    let (low, high): (Vec<&Sample>, Vec<&Sample>) = samples.iter().partition(|sample| value(sample, &feature) <= at);
    let (low, high) = (Box::new(grow(&low, weight, depth - 1)), Box::new(grow(&high, weight, depth - 1)));
    Tree::Split { feature, at, low, high }
}

fn score(tree: &Tree, sample: &Sample) -> f64 {
    match tree {
        Tree::Leaf(share) => *share,
        Tree::Split { feature, at, low, high } => score(if value(sample, feature) <= *at { low } else { high }, sample),
    }
}

/// Area under the curve: how often an attack record scores above a harmless one, ties counting half.
fn area(tree: &Tree, samples: &[&Sample]) -> f64 {
    let (attacks, others): (Vec<&Sample>, Vec<&Sample>) = samples.iter().partition(|sample| sample.attack);
    let others: Vec<f64> = others.into_iter().map(|sample| score(tree, sample)).collect();
    let mut sum = 0.0;
    for attack in &attacks {
        let own = score(tree, attack);
        sum += others.iter().map(|other| if own > *other { 1.0 } else { f64::from(own == *other) / 2.0 }).sum::<f64>();
    }
    sum / (attacks.len() * others.len()) as f64
}

/// Each seed is judged by a tree grown on the others.
fn judged(samples: &[Sample]) -> (f64, String) {
    let mut used: Vec<&Sample> = Vec::new();
    for seed in SEEDS {
        for attack in [true, false] {
            let class: Vec<&Sample> = samples.iter().filter(|sample| sample.seed == seed && sample.attack == attack).collect();
            let step = class.len().div_ceil(MOST).max(1);
            used.extend(class.into_iter().step_by(step));
        }
    }
    let mut areas = Vec::new();
    let mut chosen = "no split".to_owned();
    for seed in SEEDS {
        let (test, train): (Vec<&Sample>, Vec<&Sample>) = used.iter().partition(|sample| sample.seed == seed);
        let attacks = |samples: &[&Sample]| samples.iter().filter(|sample| sample.attack).count();
        if attacks(&test) == 0 || attacks(&test) == test.len() || attacks(&train) == 0 {
            continue;
        }
        let weight = attacks(&train) as f64 / (train.len() - attacks(&train)).max(1) as f64;
        let tree = grow(&train, weight, 3);
        if let Tree::Split { feature, at, .. } = &tree {
            chosen = format!("{feature} at {at:.1}");
        }
        areas.push(area(&tree, &test));
    }
    (areas.iter().sum::<f64>() / areas.len().max(1) as f64, chosen)
}

/// A record's features but counts of bytes and lines; lengths of ids within eight characters.
fn facts(sample: &Sample) -> Vec<(&str, i64)> {
    let named = sample.features.iter().filter(|(name, _)| !["bytes", "digits", "lines"].iter().any(|end| name.ends_with(end)));
    named.map(|(name, value)| (name.as_str(), if name.ends_with("length") { (value / 8.0) as i64 } else { *value as i64 })).collect()
}

/// The first two facts of an attack record that no harmless record has together.
fn alone(samples: &[Sample], elsewhere: &[&Sample]) -> Option<String> {
    let others = samples.iter().chain(elsewhere.iter().copied()).filter(|sample| !sample.attack);
    let others: Vec<BTreeSet<(&str, i64)>> = others.map(|sample| facts(sample).into_iter().collect()).collect();
    for attack in samples.iter().filter(|sample| sample.attack) {
        let facts = facts(attack);
        for (index, one) in facts.iter().enumerate() {
            let with: Vec<_> = others.iter().filter(|other| other.contains(one)).collect();
            if let Some(two) = facts[index..].iter().find(|two| !with.iter().any(|other| other.contains(*two))) {
                return Some(format!("{one:?} with {two:?}"));
            }
        }
    }
    None
}

#[test]
fn the_shape_of_a_record_does_not_tell_whether_it_belongs_to_an_attack() {
    // Each mix is another company: records of two differ already by how long their names are.
    let companies = MIXES.map(|mix| {
        let mut kinds = Kinds::new();
        std::thread::scope(|scope| {
            let collect = |seed| {
                move || {
                    let mut kinds = Kinds::new();
                    collect(seed, mix, &mut kinds);
                    kinds
                }
            };
            let running = SEEDS.map(|seed| scope.spawn(collect(seed)));
            for (kind, samples) in running.into_iter().flat_map(|one| one.join().unwrap()) {
                kinds.entry(kind).or_default().extend(samples);
            }
        });
        kinds
    });
    let (mut failed, mut judged_kinds) = (Vec::new(), 0);
    for (number, kinds) in companies.iter().enumerate() {
        for (kind, samples) in kinds {
            let attacks = samples.iter().filter(|sample| sample.attack).count();
            if attacks == 0 {
                continue;
            }
            judged_kinds += 1;
            let others = samples.len() - attacks;
            if attacks.min(others) < FEW {
                let elsewhere: Vec<&Sample> = companies
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != number)
                    .flat_map(|(_, kinds)| kinds.get(kind).map_or(&[][..], Vec::as_slice))
                    .collect();
                let alone = alone(samples, &elsewhere);
                println!("{kind}: {attacks} attack records, {others} others, alone by {alone:?}");
                failed.extend(alone.map(|facts| format!("{kind}: alone by {facts}")));
                continue;
            }
            let (area, chosen) = judged(samples);
            println!("{kind}: {attacks} attack records, {others} others, AUC {area:.3}, first split {chosen}");
            if area > LIMIT {
                failed.push(format!("{kind}: AUC {area:.3} by {chosen}"));
            }
        }
    }
    assert!(judged_kinds >= 8, "{judged_kinds} kinds");
    assert!(failed.is_empty(), "{failed:#?}");
}
