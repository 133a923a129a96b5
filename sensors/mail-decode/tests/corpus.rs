//! Real messages from the corpora: every one becomes an event, and known facts are found in at least the share measured.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stderr, clippy::panic)] // a test file

use std::path::{Path, PathBuf};
use weft_mail_decode::decode;
use weft_model::{Body, EmailActivity, Event, EventTime};

/// The corpus folder, when it is there.
fn corpus(below: &str) -> Option<PathBuf> {
    let root = std::env::var_os("WEFT_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from)
        .join(below);
    if root.is_dir() {
        return Some(root);
    }
    eprintln!("not run: WEFT_CORPUS is absent");
    None
}

/// Every file below `dir` with this ending, sorted.
fn files(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().unwrap().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn email(event: &Event) -> &EmailActivity {
    match &event.body {
        Body::Email(email) => email,
        other => panic!("not a mail: {other:?}"),
    }
}

/// Decodes every message; none may fail.
fn decoded(paths: &[PathBuf]) -> Vec<Event> {
    let decode_one = |path: &PathBuf| decode(&std::fs::read(path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    paths.iter().map(decode_one).collect()
}

/// The number of events for which `fact` holds is at least `floor`; the name and number are printed.
fn at_least(events: &[Event], name: &str, floor: usize, fact: impl Fn(&Event, &EmailActivity) -> bool) {
    let count = events.iter().filter(|event| fact(event, email(event))).count();
    eprintln!("{name}: {count} of {}", events.len());
    assert!(count >= floor, "{name}: {count}, expected at least {floor}");
}

#[test]
fn phishing_pot() {
    let Some(root) = corpus("email/phishing_pot") else { return };
    let events = decoded(&files(&root, ".eml"));
    assert_eq!(events.len(), 900);
    at_least(&events, "time", 900, |event, _| event.time > EventTime(0));
    at_least(&events, "from", 887, |_, mail| mail.from.contains('@'));
    at_least(&events, "recipient", 834, |_, mail| !mail.to.is_empty() || !mail.smtp_to.is_empty());
    at_least(&events, "subject", 895, |_, mail| !mail.subject.is_empty());
    at_least(&events, "message id", 900, |event, _| event.metadata.original_uid.is_some());
    at_least(&events, "return path", 855, |_, mail| mail.smtp_from.is_some());
    at_least(&events, "origin", 900, |_, mail| mail.origin_ip.is_some());
    at_least(&events, "spf", 887, |_, mail| mail.auth.spf.is_some());
    at_least(&events, "dkim", 890, |_, mail| mail.auth.dkim.is_some());
    at_least(&events, "dkim domain", 358, |_, mail| mail.auth.dkim_domain.is_some());
    at_least(&events, "dmarc", 887, |_, mail| mail.auth.dmarc.is_some());
    at_least(&events, "links", 826, |_, mail| !mail.links.is_empty());
    at_least(&events, "web link", 780, |_, mail| mail.links.iter().any(|link| !link.host.is_empty()));
    at_least(&events, "text of a link", 791, |_, mail| mail.links.iter().any(|link| !link.text.is_empty()));
    at_least(&events, "attachments", 74, |_, mail| !mail.attachments.is_empty());
    at_least(&events, "attachment of known type", 66, |_, mail| mail.attachments.iter().any(|a| a.detected_type.is_some()));
    at_least(&events, "automatic", 63, |_, mail| mail.is_automatic);
}

#[test]
fn spamassassin() {
    let Some(root) = corpus("email/spamassassin") else { return };
    let events = decoded(&files(&root, ".eml"));
    assert_eq!(events.len(), 3_000);
    at_least(&events, "time", 3_000, |event, _| event.time > EventTime(0));
    at_least(&events, "from", 3_000, |_, mail| mail.from.contains('@'));
    at_least(&events, "recipient", 2_864, |_, mail| !mail.to.is_empty() || !mail.smtp_to.is_empty());
    at_least(&events, "origin", 2_234, |_, mail| mail.origin_ip.is_some());
    at_least(&events, "answers", 1_266, |_, mail| !mail.in_reply_to.is_empty());
    at_least(&events, "links", 2_461, |_, mail| !mail.links.is_empty());
    at_least(&events, "text of a link", 242, |_, mail| mail.links.iter().any(|link| !link.text.is_empty()));
    at_least(&events, "automatic", 1_712, |_, mail| mail.is_automatic);
}

/// What the corpus of another parser expects of a message.
#[derive(Debug, Default, PartialEq)]
struct Expected {
    subject: String,
    from: String,
    /// Names of named parts, sorted.
    names: Vec<String>,
}

fn header<'a>(part: &'a serde_json::Value, name: &str) -> Option<&'a serde_json::Value> {
    let headers = part["headers"].as_array()?;
    headers.iter().find(|header| header["name"] == name).map(|header| &header["value"])
}

fn named_parts(message: &serde_json::Value, names: &mut Vec<String>) {
    let attribute = |value: Option<&serde_json::Value>, name: &str| {
        let attributes = value?["ContentType"]["attributes"].as_array()?;
        let found = attributes.iter().find(|attribute| attribute["name"] == name)?;
        Some(one_line(found["value"].as_str()?))
    };
    for part in message["parts"].as_array().into_iter().flatten() {
        let name = attribute(header(part, "content_disposition"), "filename").or_else(|| attribute(header(part, "content_type"), "name"));
        names.extend(name);
        if let Some(inner) = part["body"].get("Message") {
            named_parts(inner, names);
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn expected(json: &serde_json::Value) -> Expected {
    let root = &json["parts"][0];
    let subject = header(root, "subject").and_then(|value| value["Text"].as_str()).map(one_line).unwrap_or_default();
    let address = header(root, "from").map(|value| &value["Address"]["List"][0]["address"]);
    let from = address.and_then(|value| value.as_str()).unwrap_or_default().to_lowercase();
    let mut names = Vec::new();
    named_parts(json, &mut names);
    names.sort();
    Expected { subject, from, names }
}

#[test]
fn torture_messages_agree_with_another_parser() {
    let Some(root) = corpus("email/mime/stalwart/eml") else { return };
    let (mut agreeing, mut total) = (0, 0);
    for path in files(&root, ".eml") {
        let json: serde_json::Value = serde_json::from_slice(&std::fs::read(path.with_extension("json")).unwrap()).unwrap();
        let event = decode(&std::fs::read(&path).unwrap()).unwrap();
        let mail = email(&event);
        let mut names: Vec<String> = mail.attachments.iter().map(|a| a.name.clone()).filter(|name| !name.is_empty()).collect();
        names.sort();
        let got = Expected { subject: mail.subject.clone(), from: mail.from.clone(), names };
        let expected = expected(&json);
        total += 1;
        if got == expected {
            agreeing += 1;
        } else {
            eprintln!("{}: {got:?}, expected {expected:?}", path.file_name().unwrap().display());
        }
    }
    eprintln!("agreeing: {agreeing} of {total}");
    assert!(total == 107 && agreeing >= 106, "{agreeing} of {total}");
}

/// The collections hold one file each that is no raw message: a list of addresses and an Outlook .msg.
#[test]
fn other_mail_collections() {
    let Some(root) = corpus("email") else { return };
    for (below, ending, count) in [("mime/spamassassin_t", "", 86), ("mime/spamscope", "", 22), ("mailauth/stalwart", ".eml", 81)] {
        let messages: Vec<PathBuf> = files(&root.join(below), ending);
        let events = messages.iter().filter(|path| decode(&std::fs::read(path).unwrap()).is_ok()).count();
        eprintln!("{below}: {events} of {}", messages.len());
        assert!(events >= count, "{below}: {events}");
    }
}
