//! Public mail, captures and audit logs, when they are there: what they are is recognised by their content.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout, reason = "test helpers may fail loudly")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use weft_runtime::{Kind, discover, open};

fn corpus(part: &str) -> Option<PathBuf> {
    let root =
        std::env::var_os("WEFT_CORPUS").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = root.join(part);
    if path.exists() {
        return Some(path);
    }
    println!("not run: WEFT_CORPUS is absent");
    None
}

fn kinds(path: &Path) -> BTreeMap<Kind, usize> {
    let mut kinds = BTreeMap::new();
    for input in discover(&[path.to_path_buf()]).unwrap() {
        if !input.kind.is_readable() {
            println!("{} {:?} {:?}", input.name, input.kind, input.skip_reason());
        }
        *kinds.entry(input.kind).or_default() += 1;
    }
    println!("{}: {kinds:?}", path.display());
    kinds
}

#[test]
fn every_message_is_a_message() {
    for part in ["email/phishing_pot", "email/spamassassin"] {
        let Some(path) = corpus(part) else { return };
        let kinds = kinds(&path);
        let mails: usize = [Kind::Message, Kind::Mbox].iter().filter_map(|kind| kinds.get(kind)).sum();
        assert!(mails >= 900, "{part}: {kinds:?}");
        assert_eq!(mails, kinds.values().sum::<usize>(), "{part}: {kinds:?}");
    }
}

#[test]
fn captures_are_captures() {
    for part in ["net/zeek/Traces", "net/ndpi"] {
        let Some(path) = corpus(part) else { return };
        let kinds = kinds(&path);
        assert!(kinds.get(&Kind::Pcap).is_some_and(|count| *count > 50), "{part}: {kinds:?}");
        assert!(!kinds.contains_key(&Kind::SaasJson) && !kinds.contains_key(&Kind::Message), "{part}: {kinds:?}");
    }
}

#[test]
fn audit_logs_are_audit_logs_and_other_json_is_not() {
    let Some(path) = corpus("saas/invictus_ual") else { return };
    assert_eq!(kinds(&path), BTreeMap::from([(Kind::SaasJson, 1)]));
    let Some(path) = corpus("multidomain/tshirt/cloud") else { return };
    // Office, Entra audit, sign-in and risk, message trace; DNS, proxy and firewall; not the audit table of another product.
    assert_eq!(kinds(&path), BTreeMap::from([(Kind::SaasJson, 5), (Kind::SecureAccessCsv, 3), (Kind::Unknown, 1)]));
    let first = discover(&[path]).unwrap().into_iter().find(|input| input.kind == Kind::SaasJson).unwrap();
    assert!(first.compressed.is_some() && open(&first).is_ok());
}

#[test]
fn archives_and_xz() {
    let Some(path) = corpus("attack/otrf_atomic_network") else { return };
    let found = kinds(&path);
    // 37 archives, some with several captures, and one capture beside them.
    let captures: usize = [Kind::Pcap, Kind::PcapNg].iter().filter_map(|kind| found.get(kind)).sum();
    assert_eq!((captures, found.values().sum::<usize>()), (47, 47), "{found:?}");
    let Some(path) = corpus("stitch/ait-ads") else { return };
    assert_eq!(kinds(&path).get(&Kind::AlertCsv), Some(&4));
    for input in discover(&[path]).unwrap().iter().filter(|input| input.kind == Kind::AlertCsv) {
        let mut bytes = 0;
        let mut reader = open(input).unwrap();
        let mut buffer = vec![0; 1 << 20];
        loop {
            match std::io::Read::read(&mut reader, &mut buffer).unwrap() {
                0 => break,
                count => bytes += count,
            }
        }
        println!("{} {bytes} bytes", input.name);
        assert!(bytes > 1 << 20);
    }
}
