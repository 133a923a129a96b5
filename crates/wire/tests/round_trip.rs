//! What goes out comes back: for every class, in Protobuf and in OCSF JSON, for ordinary and for hostile values; and bytes or JSON
//! of anybody never panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, reason = "test helpers fail by panicking")]

mod samples;
mod strategy;

use proptest::prelude::*;
use serde_json::{Value, json};
use weft_model::{Body, Event};
use weft_wire::{WireError, decode_event, encode_event, event_from_ocsf, event_to_ocsf, to_canonical_string};

fn check_protobuf(event: &Event) {
    let bytes = encode_event(event);
    assert_eq!(decode_event(&bytes).as_ref(), Ok(event));
    assert_eq!(encode_event(event), bytes, "one event, one encoding");
}

fn check_ocsf(event: &Event) {
    let value = event_to_ocsf(event);
    assert_eq!(event_from_ocsf(&value).as_ref(), Ok(event), "{value:#}");
    // Also after a journey as text.
    let text = to_canonical_string(&value);
    assert_eq!(event_from_ocsf(&serde_json::from_str(&text).unwrap()).as_ref(), Ok(event), "{text}");
}

#[test]
fn samples_survive_both_forms() {
    let events: Vec<Event> = samples::events().into_iter().chain(samples::variants()).collect();
    assert!(events.len() > 80);
    for event in &events {
        check_protobuf(event);
        check_ocsf(event);
    }
}

#[test]
fn every_class_survives_both_forms() {
    // A runner of its own for each class, so that none is left to chance.
    let bodies = strategy::bodies();
    assert_eq!(bodies.len(), 11);
    for body in bodies {
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { failure_persistence: None, ..Default::default() });
        let result = runner.run(&strategy::event(body), |event| {
            check_protobuf(&event);
            check_ocsf(&event);
            Ok(())
        });
        assert!(result.is_ok(), "{result:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        let _ = decode_event(&bytes);
    }

    /// Damage of a good record gets deeper into the decoder than noise does.
    #[test]
    fn a_damaged_event_is_read_or_refused(
        event in strategy::any_event(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = encode_event(&event);
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(read) = decode_event(&bytes) {
            check_protobuf(&read);
        }
        bytes.truncate(cut.index(bytes.len()));
        let _ = decode_event(&bytes);
    }

    /// The same for JSON: one attribute anywhere is replaced.
    #[test]
    fn a_damaged_object_is_read_or_refused(event in strategy::any_event(), at in any::<prop::sample::Index>(), by in 0usize..7) {
        let mut value = event_to_ocsf(&event);
        let by = [Value::Null, json!(-1), json!(1e300), json!("x"), json!([["x"], null]), json!({"0": {"x": 1}}), json!(true)][by].clone();
        let mut pointers = Vec::new();
        collect(&value, String::new(), &mut pointers);
        *value.pointer_mut(&pointers[at.index(pointers.len())]).unwrap() = by;
        if let Ok(read) = event_from_ocsf(&value) {
            check_ocsf(&read);
        }
    }
}

fn collect(value: &Value, at: String, out: &mut Vec<String>) {
    let escape = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| collect(value, format!("{at}/{}", escape(key)), out)),
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| collect(value, format!("{at}/{index}"), out)),
        _ => {}
    }
    out.push(at);
}

/// A length-delimited field.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    prost::encoding::encode_varint(u64::from(number) << 3 | 2, &mut out);
    prost::encoding::encode_varint(content.len() as u64, &mut out);
    out.extend_from_slice(content);
    out
}

#[test]
fn a_bomb_of_empty_list_entries_is_refused() {
    // A million attachments of two bytes each, which would take a hundred times that in memory.
    let email = [field(13, &[]).repeat(1 << 20)].concat();
    let event = [field(1, &[7; 16]), field(15, &field(1, &email))].concat();
    assert_eq!(decode_event(&event), Err(WireError::TooManyEntries { cap: weft_wire::MAX_REPEATED }));
    // The same in pieces: Protobuf merges repeated bodies.
    let piece = field(15, &field(1, &field(13, &[]).repeat(1000)));
    assert_eq!(decode_event(&piece.repeat(100)), Err(WireError::TooManyEntries { cap: weft_wire::MAX_REPEATED }));
    let huge = vec![0u8; weft_wire::MAX_EVENT_BYTES + 1];
    assert_eq!(decode_event(&huge).map_err(|e| e.reason()), Err("event_too_large"));
}

#[test]
fn a_large_honest_event_is_read() {
    let mut event = samples::events().remove(0);
    event.raw_data = Some("x".repeat(64 << 10));
    if let Body::Email(mail) = &mut event.body {
        mail.to = (0..1000).map(|n| format!("person{n}@corp.example")).collect();
        let link = mail.links[0].clone();
        mail.links = vec![link; 200];
    }
    assert!(encode_event(&event).len() > 64 << 10);
    check_protobuf(&event);
    check_ocsf(&event);
}

#[test]
fn every_refusal_has_a_name() {
    let flow = samples::events().into_iter().find(|event| matches!(event.body, Body::Network(_))).unwrap();
    let good = event_to_ocsf(&flow);
    let with = |pointer: &str, value: Value| {
        let mut record = good.clone();
        *record.pointer_mut(pointer).expect(pointer) = value;
        event_from_ocsf(&record).unwrap_err().to_string()
    };
    let got = [
        event_from_ocsf(&json!([])).unwrap_err().to_string(),
        with("/class_uid", json!(9999)),
        with("/time", Value::Null),
        with("/src_endpoint/ip", json!("not an address")),
        with("/src_endpoint/port", json!(65_536)),
        with("/connection_info/protocol_num", json!(256)),
        with("/traffic/bytes_in", json!(-1)),
        with("/tls/tls_extension_list", json!(vec![Value::Null; weft_wire::MAX_LIST + 1])),
        decode_event(&field(1, &[1; 16])).unwrap_err().to_string(),
        decode_event(&[field(1, &[1; 15]), field(11, &[])].concat()).unwrap_err().to_string(),
        decode_event(&[field(1, &[1; 16]), field(14, &[])].concat()).unwrap_err().to_string(),
        decode_event(&[field(1, &[1; 16]), field(11, &field(1, &field(1, &[1, 2, 3])))].concat()).unwrap_err().to_string(),
        decode_event(b"\xff").unwrap_err().to_string(),
    ];
    expect_test::expect![[r#"
        attribute class_uid is missing, the sender must set it
        class 9999 is not one that this version reads, upgrade the reader
        attribute time is missing, the sender must set it
        attribute endpoint.ip is wrong, it must be an IP address
        attribute endpoint.port is wrong, it must be 0 to 65535
        attribute connection_info.protocol_num is wrong, it must be 0 to 255
        attribute traffic.bytes_in is wrong, it must be a count
        attribute tls.tls_extension_list is wrong, it must be a list of at most 16384 entries
        attribute body is missing, the sender must set it
        attribute uid is wrong, it must be 16 bytes
        activity 0 of class 3002 is not known to this version, upgrade the reader
        attribute endpoint.ip is wrong, it must be an address of 4 or 16 bytes
        not a weft.event.v1.Event, check the content type of the record"#]]
    .assert_eq(&got.join("\n"));
}

#[test]
fn what_a_later_version_adds_is_skipped() {
    let event = samples::events().pop().unwrap();
    let mut bytes = encode_event(&event);
    bytes.extend(field(90, b"a new attribute"));
    assert_eq!(decode_event(&bytes), Ok(event));
    // An unknown kind of account change becomes "other", an unknown status "unknown".
    let change = [field(1, &[1; 16]), field(16, &[0x08, 77, 0x28, 99])].concat();
    let read = decode_event(&change).unwrap();
    assert!(matches!(&read.body, Body::AccountChange(c) if **c == weft_model::AccountChange::default()), "{read:?}");
}

#[test]
fn records_of_other_producers_are_welcome() {
    let record = json!({
        "class_uid": 4003, "time": 5, "type_uid": 400_301, "activity_id": 1, "severity_id": 1,
        "metadata": { "version": "1.3.0", "product": { "name": "Resolver", "vendor_name": "Example" }, "uid": "not ours" },
        "src_endpoint": { "ip": "192.0.2.1", "instance_uid": "i-1" },
        "query": { "hostname": "a.example", "type": "A", "class": "IN" },
    });
    let event = event_from_ocsf(&record).unwrap();
    assert_eq!(event.uid, weft_model::EventUid::of_record("Resolver", "not ours"));
    assert!(matches!(&event.body, Body::Dns(dns) if dns.hostname == "a.example" && dns.rcode.is_none()));
    check_ocsf(&event);
}
