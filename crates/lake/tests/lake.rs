//! The lake as its users see it: every event once and in order, comparisons, compaction, crashes, retention.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use weft_lake::{Column, Lake, LakeError, Scan};
use weft_model::{
    Actor, ApiActivity, Body, DAY_MS, DnsActivity, EmailActivity, Endpoint, Event, EventRef, EventTime, EventUid, Metadata, User,
};

const MONDAY: i64 = 1_710_720_000_000;

fn event(time: i64, uid: u64, body: Body) -> Event {
    Event { uid: EventUid(u128::from(uid).to_be_bytes()), time: EventTime(time), metadata: Metadata::default(), raw_data: None, body }
}

fn api(time: i64, uid: u64, operation: &str) -> Event {
    event(time, uid, Body::Api(Box::new(ApiActivity { operation: operation.into(), ..ApiActivity::default() })))
}

fn dns(time: i64, uid: u64, hostname: &str) -> Event {
    let body = DnsActivity {
        hostname: hostname.into(),
        src_endpoint: Endpoint { hostname: Some("lt-7".into()), ..Endpoint::from_ip("10.0.0.7".parse().unwrap()) },
        dst_endpoint: Endpoint::from_ip("2001:db8::53".parse().unwrap()),
        ..DnsActivity::default()
    };
    event(time, uid, Body::Dns(Box::new(body)))
}

fn write(dir: &Path, events: &[Event]) {
    let mut writer = Lake::open(dir).unwrap().writer().unwrap();
    writer.write(events).unwrap();
    writer.close().unwrap();
}

fn read(dir: &Path, scan: &Scan) -> Vec<Event> {
    Lake::open(dir).unwrap().scan(scan).unwrap().map(|event| event.expect("readable")).collect()
}

/// Files below `dir` whose name ends so, sorted.
fn files(dir: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, suffix));
        } else if path.to_string_lossy().ends_with(suffix) {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn events_of_several_classes_and_days_come_in_time_order() {
    let dir = tempfile::tempdir().unwrap();
    let events =
        [dns(MONDAY + DAY_MS, 1, "b.example"), api(MONDAY + 5, 2, "x"), dns(MONDAY, 3, "a.example"), api(MONDAY + 2 * DAY_MS, 4, "x")];
    write(dir.path(), &events);
    let uids: Vec<u8> = read(dir.path(), &Scan::default()).iter().map(|e| e.uid.0[15]).collect();
    assert_eq!(uids, [3, 2, 1, 4]);
    assert_eq!(read(dir.path(), &Scan { class: Some(4003), ..Scan::default() }), [events[2].clone(), events[0].clone()]);
    let span = Scan { from: EventTime(MONDAY + 5), to: EventTime(MONDAY + 2 * DAY_MS), ..Scan::default() };
    assert_eq!(read(dir.path(), &span), [events[1].clone(), events[0].clone()], "from is inclusive, to is not");
    let inverted = Scan { from: span.to, to: span.from, ..Scan::default() };
    assert_eq!(read(dir.path(), &inverted), []);
    assert!(files(dir.path(), ".parquet").iter().any(|f| f.starts_with(dir.path().join("class=4003/day=2024-03-18"))));
}

#[test]
fn columns_are_compared() {
    let dir = tempfile::tempdir().unwrap();
    let mail = EmailActivity {
        from: "eve@evil.example".into(),
        subject: "Rechnung 7".into(),
        origin_ip: "203.0.113.9".parse().ok(),
        ..EmailActivity::default()
    };
    let call = ApiActivity {
        operation: "MailItemsAccessed".into(),
        actor: Actor { user: Some(User::from_email("Ann@Corp.example")), ..Actor::default() },
        ..ApiActivity::default()
    };
    let events = [
        dns(MONDAY, 1, "a.example"),
        dns(MONDAY + 1, 2, "b.example"),
        event(MONDAY + 2, 3, Body::Email(Box::new(mail))),
        event(MONDAY + 3, 4, Body::Api(Box::new(call))),
    ];
    write(dir.path(), &events);
    let find = |equals: &[(Column, &str)]| -> Vec<u8> {
        let equals = equals.iter().map(|(column, value)| (*column, (*value).to_owned())).collect();
        read(dir.path(), &Scan { equals, ..Scan::default() }).iter().map(|e| e.uid.0[15]).collect()
    };
    assert_eq!(find(&[(Column::Hostname, "B.Example")]), [2], "host names have no case");
    assert_eq!(find(&[(Column::Device, "LT-7")]), [1, 2]);
    assert_eq!(find(&[(Column::SrcIp, "10.0.0.7"), (Column::Hostname, "a.example")]), [1]);
    assert_eq!(find(&[(Column::DstIp, "2001:0db8:0::53")]), [1, 2], "addresses are compared by value");
    assert_eq!(find(&[(Column::SrcIp, "203.0.113.9")]), [3]);
    assert_eq!(find(&[(Column::EmailFrom, "eve@evil.example")]), [3]);
    assert_eq!(find(&[(Column::Subject, "Rechnung 7")]), [3]);
    assert_eq!(find(&[(Column::Subject, "rechnung 7")]), [] as [u8; 0]);
    assert_eq!(find(&[(Column::User, "ANN@corp.example")]), [4]);
    assert_eq!(find(&[(Column::Operation, "MailItemsAccessed")]), [4]);
    assert_eq!(find(&[(Column::Domain, "network")]), [1, 2]);
    assert_eq!(find(&[(Column::Uid, "00000000000000000000000000000003")]), [3]);
    assert_eq!(find(&[(Column::Hostname, "c.example")]), [] as [u8; 0]);
    assert_eq!(find(&[(Column::User, "")]), [] as [u8; 0], "an absent value equals nothing");
}

#[test]
fn only_what_was_flushed_is_seen_and_one_process_writes() {
    let dir = tempfile::tempdir().unwrap();
    let lake = Lake::open(dir.path()).unwrap();
    let mut writer = lake.writer().unwrap();
    assert!(matches!(lake.writer(), Err(LakeError::Locked { .. })));
    writer.write(&[api(MONDAY, 1, "x")]).unwrap();
    assert_eq!(read(dir.path(), &Scan::default()), []);
    writer.flush().unwrap();
    assert_eq!(read(dir.path(), &Scan::default()).len(), 1);
    writer.write(&[api(MONDAY, 2, "x")]).unwrap();
    drop(writer);
    assert_eq!(read(dir.path(), &Scan::default()).len(), 2, "dropping the writer writes the rest");
    assert!(lake.writer().is_ok());
}

#[test]
fn the_same_events_again_make_no_new_file() {
    let dir = tempfile::tempdir().unwrap();
    let events = [api(MONDAY, 1, "x"), api(MONDAY + 1, 2, "y")];
    write(dir.path(), &events);
    let before = files(dir.path(), ".parquet");
    write(dir.path(), &[events[1].clone(), events[0].clone(), events[0].clone()]);
    assert_eq!(files(dir.path(), ".parquet"), before);
}

#[test]
fn many_small_parts_become_few_and_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let events: Vec<Event> = (0..60).map(|n| api(MONDAY + (n * 37) % 60, n as u64, "x")).collect();
    let lake = Lake::open(dir.path()).unwrap();
    let mut writer = lake.writer().unwrap();
    let scan = lake.scan(&Scan::default()).unwrap();
    assert_eq!(scan.count(), 0);
    let mut early = None;
    for (index, one) in events.iter().enumerate() {
        writer.write(std::slice::from_ref(one)).unwrap();
        writer.flush().unwrap();
        if index == 9 {
            // Listed now, opened after the files it listed were merged away.
            early = Some(lake.scan(&Scan::default()).unwrap());
        }
    }
    assert!(files(dir.path(), ".parquet").len() <= 12, "{:?}", files(dir.path(), ".parquet"));
    assert_eq!(files(dir.path(), ".unfinished"), [] as [PathBuf; 0]);
    let mut expected = events.clone();
    expected.sort_by_key(Event::reference);
    assert_eq!(read(dir.path(), &Scan::default()), expected);
    assert_eq!(early.unwrap().filter(Result::is_ok).count(), 60);
}

#[test]
fn what_a_killed_writer_left_is_cleared_and_never_read() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &[api(MONDAY, 1, "x")]);
    let part = files(dir.path(), ".parquet").remove(0);
    let left = part.with_file_name("7.unfinished");
    fs::write(&left, b"PAR1 half a file").unwrap();
    assert_eq!(read(dir.path(), &Scan::default()).len(), 1);
    drop(Lake::open(dir.path()).unwrap().writer().unwrap());
    assert!(!left.exists());
    assert!(part.exists());
}

#[test]
fn a_damaged_part_is_one_named_error_and_the_others_are_read() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &[api(MONDAY, 1, "x")]);
    let part = files(dir.path(), ".parquet").remove(0);
    let whole = fs::read(&part).unwrap();
    write(dir.path(), &[api(MONDAY, 2, "x"), api(MONDAY + DAY_MS, 3, "x")]);
    let cuts = (0..whole.len()).step_by(37).map(|end| whole[..end].to_vec());
    let flips = (0..whole.len()).step_by(11).map(|at| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        bytes
    });
    for bytes in cuts.chain(flips) {
        fs::write(&part, bytes).unwrap();
        let results: Vec<_> = Lake::open(dir.path()).unwrap().scan(&Scan::default()).unwrap().collect();
        let uids: Vec<u8> = results.iter().flatten().map(|e| e.uid.0[15]).collect();
        assert_eq!(uids, [2, 3], "the other parts are read, and nothing of the damaged one");
        let errors: Vec<String> = results.iter().filter_map(|r| r.as_ref().err()).map(ToString::to_string).collect();
        assert!(errors.len() == 1 && errors[0].contains(&part.display().to_string()), "{errors:?}");
    }
    let other = dir.path().join("class=6003/day=2024-03-18/part-x.parquet");
    fs::write(other, b"").unwrap();
    assert!(Lake::open(dir.path()).unwrap().scan(&Scan::default()).unwrap().any(|e| e.is_err()));
}

#[test]
fn whole_old_days_are_removed() {
    let dir = tempfile::tempdir().unwrap();
    let events: Vec<Event> = (0..4).map(|day| api(MONDAY + day * DAY_MS, day as u64, "x")).chain([api(-5, 9, "x")]).collect();
    write(dir.path(), &events);
    let lake = Lake::open(dir.path()).unwrap();
    assert_eq!(lake.remove_before(EventTime(MONDAY + 2 * DAY_MS + 7)).unwrap(), 3, "two days and all before 1970");
    assert_eq!(read(dir.path(), &Scan::default()), events[2..4]);
    assert_eq!(lake.remove_before(EventTime(MONDAY + 2 * DAY_MS + 7)).unwrap(), 0);
}

#[test]
fn absurd_times_share_two_folders_and_keep_their_order() {
    let dir = tempfile::tempdir().unwrap();
    let times = [i64::MIN, -DAY_MS * 400, -1, 0, MONDAY, DAY_MS * 400_000, i64::MAX];
    let events: Vec<Event> = times.iter().map(|time| api(*time, 1, "x")).collect();
    write(dir.path(), &events);
    assert_eq!(read(dir.path(), &Scan::default()), events);
    let days = fs::read_dir(dir.path().join("class=6003")).unwrap().count();
    assert_eq!(days, 4, "before, 1970-01-01, 2024-03-18, after");
}

#[test]
fn more_than_memory_allows_is_written_in_between() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Lake::open(dir.path()).unwrap().writer().unwrap();
    let mut large = api(MONDAY, 0, "x");
    large.raw_data = Some("r".repeat(60_000));
    for uid in 0..1000u64 {
        large.uid = EventUid(u128::from(uid).to_be_bytes());
        writer.write(std::slice::from_ref(&large)).unwrap();
    }
    assert!(!files(dir.path(), ".parquet").is_empty(), "60 MB do not stay in memory");
    writer.close().unwrap();
    assert_eq!(read(dir.path(), &Scan::default()).len(), 1000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// A scan is a function of the set of events: order, split into calls and files, and repetition do not show.
    #[test]
    fn order_split_and_repetition_do_not_matter(
        arrivals in proptest::collection::vec((0i64..4, 0u64..5, 0usize..2), 1..40),
        flushes in proptest::collection::vec(any::<bool>(), 40),
    ) {
        // One uid is one class: a uid is the hash of its record.
        let events: Vec<Event> = arrivals
            .iter()
            .map(|(day, uid, text)| {
                let (time, name) = (MONDAY + day * DAY_MS + *uid as i64, ["a", "b"][*text]);
                if *uid < 3 { api(time, *uid, name) } else { dns(time, *uid, name) }
            })
            .collect();
        let mut expected: BTreeMap<EventRef, (Vec<u8>, Event)> = BTreeMap::new();
        for event in &events {
            let one = (weft_wire::encode_event(event), event.clone());
            let known = expected.entry(event.reference()).or_insert_with(|| one.clone());
            if one.0 < known.0 {
                *known = one;
            }
        }
        let expected: Vec<Event> = expected.into_values().map(|(_, event)| event).collect();
        let mut backwards: Vec<Event> = events.iter().rev().cloned().collect();
        backwards.extend(events.iter().step_by(2).cloned());
        for arrivals in [events, backwards] {
            let dir = tempfile::tempdir().unwrap();
            let mut writer = Lake::open(dir.path()).unwrap().writer().unwrap();
            for (event, flush) in arrivals.iter().zip(flushes.iter().cycle()) {
                writer.write(std::slice::from_ref(event)).unwrap();
                if *flush {
                    writer.flush().unwrap();
                }
            }
            writer.close().unwrap();
            prop_assert_eq!(&read(dir.path(), &Scan::default()), &expected);
        }
    }
}
