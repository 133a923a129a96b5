//! Real messages through every container: the same message is the same event.
#![allow(clippy::unwrap_used, clippy::print_stderr)] // a test file

use std::path::{Path, PathBuf};
use weft_mail_ingestor::{maildir_messages, read_mbox, read_message};
use weft_model::EventUid;
use weft_runtime::sink::Collected;

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

fn messages(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

fn uids(sink: &Collected) -> Vec<EventUid> {
    sink.events.iter().map(|event| event.uid).collect()
}

/// Writes a message as mboxrd does: a separator, and `>` before every line that looks like one.
fn append(mbox: &mut Vec<u8>, message: &[u8]) {
    let mut lines = message.split_inclusive(|byte| *byte == b'\n').peekable();
    match lines.next_if(|line| line.starts_with(b"From ")) {
        Some(line) => mbox.extend_from_slice(line),
        None => mbox.extend_from_slice(b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n"),
    }
    for line in lines {
        let quotes = line.iter().take_while(|byte| **byte == b'>').count();
        if line.split_at(quotes).1.starts_with(b"From ") {
            mbox.push(b'>');
        }
        mbox.extend_from_slice(line);
    }
    mbox.extend_from_slice(b"\n\n");
}

#[test]
fn an_mbox_of_all_messages_gives_the_same_events() {
    let Some(root) = corpus("email/spamassassin") else { return };
    let all: Vec<Vec<u8>> = ["easy-ham-1", "spam-1"].iter().flat_map(|name| messages(&root.join(name))).collect();
    assert_eq!(all.len(), 3_000);
    let (mut single, mut mbox) = (Collected::default(), Vec::new());
    for message in &all {
        read_message(&mut message.as_slice(), &mut single).unwrap();
        append(&mut mbox, message);
    }
    assert_eq!((single.read, single.events.len(), single.rejects.len()), (3_000, 3_000, 0));
    let mut together = Collected::default();
    read_mbox(&mut mbox.as_slice(), &mut together).unwrap();
    assert_eq!((together.read, together.rejects.len()), (3_000, 0));
    assert_eq!(uids(&together), uids(&single));
}

#[test]
fn phishing_messages_are_all_events() {
    let Some(root) = corpus("email/phishing_pot") else { return };
    let mut sink = Collected::default();
    for message in messages(&root) {
        read_message(&mut message.as_slice(), &mut sink).unwrap();
    }
    assert_eq!((sink.read, sink.events.len(), sink.rejects.len()), (900, 900, 0));
}

#[test]
fn a_maildir_is_listed() {
    let Some(root) = corpus("email/mime/stalwart/maildir") else { return };
    assert!(!maildir_messages(&root).unwrap().is_empty());
}
