//! What a stream of JSON or CSV gives, whole and damaged: every good record becomes an event, every bad one a named reason.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout, reason = "test helpers may fail loudly")]

use std::io::Read;
use weft_runtime::Collected;
use weft_saas_collector::{MAX_DEPTH, MAX_RECORD_BYTES, read_csv, read_directory, read_json};

fn record(id: &str) -> String {
    format!(r#"{{"CreationTime":"2024-03-18T09:15:00","Id":"{id}","Operation":"Send","Workload":"Exchange","UserId":"ann@corp.example"}}"#)
}

fn pretty(id: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(&record(id)).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

/// Gives few bytes at a time, so that every boundary falls somewhere.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(buffer.len()).min(self.0.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn read(bytes: &[u8]) -> Collected {
    let mut whole = Collected::default();
    read_json(&mut &bytes[..], &mut whole).unwrap();
    if bytes.len() < 20_000 {
        for step in [1, 7] {
            let mut trickled = Collected::default();
            read_json(&mut Trickle(bytes, step), &mut trickled).unwrap();
            assert_eq!(trickled.events, whole.events, "in steps of {step}");
            assert_eq!(trickled.rejects, whole.rejects, "in steps of {step}");
        }
    }
    assert_eq!(whole.read as usize, whole.events.len() + whole.rejects.len());
    whole
}

#[track_caller]
fn check(text: &str, ids: &[&str], reasons: &[&str]) {
    let found = read(text.as_bytes());
    let seen: Vec<&str> = found.events.iter().filter_map(|event| event.metadata.original_uid.as_deref()).collect();
    assert_eq!(seen, ids, "events of {text:.300}");
    let seen: Vec<&str> = found.rejects.iter().map(|(reason, _)| *reason).collect();
    assert_eq!(seen, reasons, "rejects of {text:.300}");
}

#[test]
fn every_shape_of_a_stream() {
    let (a, b, c) = (record("a"), record("b"), record("c"));
    let all = ["a", "b", "c"];
    check(&format!("{a}\n{b}\n{c}\n"), &all, &[]);
    check(&format!("{a}\r\n\r\n{b}\r\n{c}"), &all, &[]);
    check(&format!("{a}{b} {c}"), &all, &[]);
    check(&format!("[{a},{b},{c}]"), &all, &[]);
    check(&format!("[\n{a},\n{b}\n,{c}\n]\n"), &all, &[]);
    check(&format!("[{a}]\n[{b},{c}]"), &all, &[]);
    check(&format!("\u{FEFF}{}\n{}\n{}\n", pretty("a"), pretty("b"), pretty("c")), &all, &[]);
    check(&format!(r#"{{"@odata.context":"x","value":[{a},{b}],"@odata.nextLink":"y","n":{{"z":[1]}}}}{c}"#), &all, &[]);
    check(&format!("{{\"records\": [\n{a},\n{b}]}}\n{{\"records\":[{c}]}}\n"), &all, &[]);
    // Two joined files, each with a byte order mark.
    check(&format!("\u{FEFF}{a}\n\u{FEFF}{b}\n{c}\n"), &all, &[]);
    check("", &[], &[]);
    check("[]", &[], &[]);
    check("{\"value\":[]}\n", &[], &[]);
}

#[test]
fn a_record_may_itself_hold_an_array_called_value() {
    let record = record("a").replace(r#","UserId""#, r#","value":[{"x":1}],"UserId""#);
    check(&record, &["a"], &[]);
}

#[test]
fn utf_16_is_read() {
    let text = format!("{}\r\n{}\r\n", record("a"), record("b"));
    let wide: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&wide).events.len(), 2);
}

#[test]
fn a_damaged_record_costs_only_itself() {
    let (a, b, c) = (record("a"), record("b"), record("c"));
    let cut_in_string = &a[..30];
    let cut_after_colon = &a[..a.find(r#""2024"#).unwrap()];
    let cut_after_comma = &a[..a.find(r#""Id""#).unwrap()];
    for cut in [cut_in_string, cut_after_colon, cut_after_comma] {
        check(&format!("{cut}\n{b}\n{c}\n"), &["b", "c"], &["bad_json"]);
        check(&format!("{b}\n{cut}\n{c}\n"), &["b", "c"], &["bad_json"]);
        check(&format!("{b}\n{c}\n{cut}"), &["b", "c"], &["truncated_record"]);
        check(&format!("[\n{b},\n{cut}\n{c}\n]"), &["b", "c"], &["bad_json"]);
    }
    check(&format!("{b}\nnot json at all\n{c}\n"), &["b", "c"], &["bad_json"]);
    check(&format!("{b}\n{{\"a\":tru}}\n{c}\n"), &["b", "c"], &["bad_json"]);
    check(&format!("[{b},7,\"text, and more\",{c}]"), &["b", "c"], &["not_an_object", "not_an_object"]);
    check(&format!("[{b},{cut_after_comma},{c},{}]", record("d")), &["b", "c", "d"], &["bad_json"]);
    check(&format!("[{b},{{\"a\":tru}},{c}]"), &["b", "c"], &["bad_json"]);
    let broken = pretty("a").replacen("\",", ",", 1);
    check(&format!("{}\n{broken}\n{}\n", pretty("b"), pretty("c")), &["b", "c"], &["bad_json"]);
    // A wrapper cut off behind its array does not swallow the next one.
    check(&format!("{{\"value\":[{b}]\n{{\"value\":[{c}]}}\n"), &["b", "c"], &[]);
}

#[test]
fn records_of_no_known_shape_are_named() {
    let b = record("b");
    check(&format!("{{\"ts\":1}}\n{b}\n"), &["b"], &["unknown_shape"]);
    let timeless = b.replace("CreationTime", "Created");
    check(&timeless, &[], &["no_time"]);
    check(&b.replace("2024-03-18T09:15:00", "yesterday"), &[], &["bad_time"]);
    check(r#"{"AuditData":"{\"Operation\":"}"#, &[], &["bad_audit_data"]);
}

#[test]
fn giants_and_depth_have_caps_and_the_stream_goes_on() {
    let (b, c) = (record("b"), record("c"));
    let giant = format!(r#"{{"CreationTime":"2024-03-18T09:15:00","x":"{}"}}"#, "y".repeat(3 * MAX_RECORD_BYTES));
    check(&format!("{b}\n{giant}\n{c}\n"), &["b", "c"], &["record_too_large"]);
    check(&format!("[{b},{giant},{c}]"), &["b", "c"], &["record_too_large"]);
    let endless = &giant[..giant.len() - 2];
    check(&format!("{b}\n{endless}\n{c}\n"), &["b", "c"], &["record_too_large"]);
    let deep = format!("{}1{}", r#"{"a":"#.repeat(MAX_DEPTH + 1), "}".repeat(MAX_DEPTH + 1));
    check(&format!("{b}\n{deep}\n{c}\n"), &["b", "c"], &["nested_too_deep"]);
    check(&format!("[{b},{deep},{c}]"), &["b", "c"], &["nested_too_deep"]);
    let bottomless = r#"{"a":"#.repeat(100_000);
    check(&format!("{b}\n{bottomless}\n{c}\n{}\n", record("d")), &["b", "c", "d"], &["bad_json"]);
    check(&"[".repeat(3_000_000), &[], &[]);
    check(&format!("{}{b}", "\0".repeat(3 * MAX_RECORD_BYTES)), &["b"], &["bad_json", "bad_json", "bad_json"]);
}

#[test]
fn hostile_streams_take_linear_time() {
    // Each would be quadratic if a damaged record were read again from every brace in it.
    for unit in ["{\n", "{\"a\":\n", "{\"a\":[", "{\"k\":\"},{\",", "{\"a\":{},\n", "{\"", "\n{ }", "[{"] {
        let text = unit.repeat(4_000_000 / unit.len());
        let started = std::time::Instant::now();
        let mut sink = Collected::default();
        read_json(&mut text.as_bytes(), &mut sink).unwrap();
        assert!(started.elapsed().as_secs() < 20, "{unit:?} took {:?}", started.elapsed());
    }
}

fn csv(rows: &[&str]) -> String {
    let mut text = "RecordId,CreationDate,AuditData\r\n".to_owned();
    for (number, json) in rows.iter().enumerate() {
        text.push_str(&format!("{number},2024-03-18,\"{}\"\r\n", json.replace('"', "\"\"")));
    }
    text
}

#[track_caller]
fn check_csv(text: &str, ids: &[&str], reasons: &[&str]) {
    let mut found = Collected::default();
    read_csv(&mut text.as_bytes(), &mut found).unwrap();
    let seen: Vec<&str> = found.events.iter().filter_map(|event| event.metadata.original_uid.as_deref()).collect();
    assert_eq!(seen, ids);
    assert_eq!(found.rejects.iter().map(|(reason, _)| *reason).collect::<Vec<_>>(), reasons);
    assert_eq!(found.read as usize, ids.len() + reasons.len());
}

#[test]
fn the_audit_column_of_an_export() {
    let (a, b) = (record("a"), record("b"));
    check_csv(&csv(&[&a, &b]), &["a", "b"], &[]);
    check_csv(&format!("#TYPE Selected.Something\r\n{}", csv(&[&a])), &["a"], &[]);
    check_csv(&csv(&[&pretty("a")]), &["a"], &[]);
    check_csv("x,y\n1,2\n", &[], &["no_audit_data_column"]);
    check_csv(&csv(&[&a, "", "{\"Operation\":1}", "{\"a\"", &b]), &["a", "b"], &["no_audit_data", "unknown_shape", "bad_audit_data"]);
}

#[test]
fn a_damaged_row_costs_its_line() {
    let (a, b) = (record("a"), record("b"));
    let text = csv(&[&a, &a, &b]);
    let lines: Vec<&str> = text.lines().collect();
    let cut = &lines[1][..60];
    check_csv(&format!("{}\n{cut}\n{}\n{}\n", lines[0], lines[2], lines[3]), &["a", "b"], &["truncated_record"]);
}

/// The event of a row is the event of the same record read as JSON.
#[test]
fn csv_and_json_agree() {
    let mut from_csv = Collected::default();
    read_csv(&mut csv(&[&record("a")]).as_bytes(), &mut from_csv).unwrap();
    assert_eq!(from_csv.events, read(record("a").as_bytes()).events);
}

#[test]
fn a_directory_of_any_columns() {
    let text = "Department;MAIL;userPrincipalName;other\nFinance;Ann@corp.example;;x\n;;;y\nSales;;bob@corp.example\n";
    let mut found = Collected::default();
    read_directory(&mut text.as_bytes(), &mut found).unwrap();
    let directory = found.directory.unwrap();
    assert_eq!(directory.len(), 2);
    assert_eq!(directory.person("ANN@corp.example").unwrap().1.department, "Finance");
    assert_eq!(found.rejects.iter().map(|(reason, _)| *reason).collect::<Vec<_>>(), ["no_address"]);
    assert_eq!(found.read, 3);

    let mut none = Collected::default();
    read_directory(&mut &b"a,b\n1,2\n"[..], &mut none).unwrap();
    assert!(none.directory.is_none());
    assert_eq!(none.rejects, [("no_directory_columns", 0)]);
}

#[test]
fn a_failing_input_is_an_error_that_keeps_what_came_before() {
    struct Fails<'a>(&'a [u8]);
    impl Read for Fails<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.read(buffer)?;
            if count == 0 { Err(std::io::ErrorKind::UnexpectedEof.into()) } else { Ok(count) }
        }
    }
    let text = format!("{}\n{}", record("a"), &record("b")[..20]);
    let mut found = Collected::default();
    let error = read_json(&mut Fails(text.as_bytes()), &mut found).unwrap_err();
    assert_eq!(found.events.len(), 1);
    assert_eq!(error.reason(), "truncated_file");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]
    /// Good records around arbitrary bytes: nothing panics, and what is counted adds up.
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400), seed in "[\\[\\]{}\":,\\\\\n a]{0,60}") {
        let text = [record("a").as_bytes(), b"\n", &bytes, seed.as_bytes(), b"\n", record("b").as_bytes(), b"\n"].concat();
        let found = read(&text);
        assert!(!found.events.is_empty());
        let mut rows = Collected::default();
        read_csv(&mut &bytes[..], &mut rows).unwrap();
        read_directory(&mut seed.as_bytes(), &mut rows).unwrap();
    }
}
