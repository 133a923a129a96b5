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
    at_least(&events, "time", 0, |event, _| event.time > EventTime(0));
    at_least(&events, "from", 0, |_, mail| mail.from.contains('@'));
    at_least(&events, "recipient", 0, |_, mail| !mail.to.is_empty() || !mail.smtp_to.is_empty());
    at_least(&events, "subject", 0, |_, mail| !mail.subject.is_empty());
    at_least(&events, "message id", 0, |event, _| event.metadata.original_uid.is_some());
    at_least(&events, "return path", 0, |_, mail| mail.smtp_from.is_some());
    at_least(&events, "origin", 0, |_, mail| mail.origin_ip.is_some());
    at_least(&events, "spf", 0, |_, mail| mail.auth.spf.is_some());
    at_least(&events, "dkim", 0, |_, mail| mail.auth.dkim.is_some());
    at_least(&events, "dkim domain", 0, |_, mail| mail.auth.dkim_domain.is_some());
    at_least(&events, "dmarc", 0, |_, mail| mail.auth.dmarc.is_some());
    at_least(&events, "links", 0, |_, mail| !mail.links.is_empty());
    at_least(&events, "web link", 0, |_, mail| mail.links.iter().any(|link| !link.host.is_empty()));
    at_least(&events, "text of a link", 0, |_, mail| mail.links.iter().any(|link| !link.text.is_empty()));
    at_least(&events, "attachments", 0, |_, mail| !mail.attachments.is_empty());
    at_least(&events, "attachment of known type", 0, |_, mail| mail.attachments.iter().any(|a| a.detected_type.is_some()));
    at_least(&events, "automatic", 0, |_, mail| mail.is_automatic);
}

#[test]
fn spamassassin() {
    let Some(root) = corpus("email/spamassassin") else { return };
    let events = decoded(&files(&root, ".eml"));
    assert_eq!(events.len(), 3_000);
    at_least(&events, "time", 0, |event, _| event.time > EventTime(0));
    at_least(&events, "from", 0, |_, mail| mail.from.contains('@'));
    at_least(&events, "recipient", 0, |_, mail| !mail.to.is_empty() || !mail.smtp_to.is_empty());
    at_least(&events, "origin", 0, |_, mail| mail.origin_ip.is_some());
    at_least(&events, "answers", 0, |_, mail| !mail.in_reply_to.is_empty());
    at_least(&events, "links", 0, |_, mail| !mail.links.is_empty());
    at_least(&events, "text of a link", 0, |_, mail| mail.links.iter().any(|link| !link.text.is_empty()));
    at_least(&events, "automatic", 0, |_, mail| mail.is_automatic);
}
