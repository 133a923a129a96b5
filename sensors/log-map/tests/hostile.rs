//! Whatever a line holds, the mapper gives an event, a reason or nothing, and goes on with the next line.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "test helpers may fail loudly")]

use proptest::prelude::*;
use weft_log_map::{Format, Line, LogError, LogMapper};
use weft_model::Event;

const FORMATS: [Format; 5] = [Format::ZeekTsv, Format::ZeekJson, Format::SuricataEve, Format::CiscoAsa, Format::SecureAccessCsv];
const HEADER: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\torig_ip_bytes\tservice";
const CONN: &str = "1517336042.090842\tC1\t10.0.0.5\t50000\t192.0.2.1\t443\ttcp\t1.5\t53\tssl";
const CONN_JSON: &str = r#"{"ts":1517336042.090842,"uid":"C1","id.orig_h":"10.0.0.5","id.orig_p":50000,"id.resp_h":"192.0.2.1","id.resp_p":443,"proto":"tcp","duration":1.5,"orig_ip_bytes":53,"service":"ssl","conn_state":"SF"}"#;
const EVE: &str = r#"{"timestamp":"2018-01-30T18:14:03.590842+0000","flow_id":7,"event_type":"flow","src_ip":"10.0.0.5","src_port":50000,"dest_ip":"192.0.2.1","dest_port":443,"proto":"TCP","app_proto":"tls","flow":{"pkts_toserver":1,"pkts_toclient":0,"bytes_toserver":53,"bytes_toclient":0,"start":"2018-01-30T18:14:02.090842+0000","end":"2018-01-30T18:14:03.590842+0000"}}"#;
const ASA: &str = "<166>Jan 30 2018 18:14:02.090 FW-01 %ASA-6-302014: Teardown TCP connection 17 for outside:192.0.2.1/443 to inside:10.0.0.5/50000 duration 0:00:01 bytes 53 TCP FINs";
const DNS_ROW: &str = "2018-01-30 18:14:02,ann,\"ann,HQ\",10.0.0.5,203.0.113.1,Allowed,1 (A),NOERROR,www.example.com,Shopping,AD Users";

fn sample(format: Format) -> &'static str {
    match format {
        Format::ZeekTsv => CONN,
        Format::ZeekJson => CONN_JSON,
        Format::SuricataEve => EVE,
        Format::CiscoAsa => ASA,
        Format::SecureAccessCsv => DNS_ROW,
    }
}

/// A mapper that has seen what must come first.
fn mapper(format: Format) -> LogMapper {
    let mut mapper = LogMapper::new(format);
    if format == Format::ZeekTsv {
        for line in HEADER.lines() {
            assert_eq!(mapper.line(line.as_bytes(), &mut |_| {}), Ok(Line::Other));
        }
    }
    mapper
}

fn map(format: Format, line: &str) -> (Result<Line, LogError>, Vec<Event>) {
    let (mut mapper, mut events) = (mapper(format), Vec::new());
    let result = mapper.line(line.as_bytes(), &mut |event| events.push(event));
    mapper.finish(&mut |event| events.push(event));
    (result, events)
}

#[test]
fn the_samples_are_sound() {
    for format in FORMATS {
        let (result, events) = map(format, sample(format));
        assert_eq!((result, events.len()), (Ok(Line::Record), 1), "{format:?}");
    }
}

#[test]
fn wrong_values_have_names() {
    let swap = |format: Format, from: &str, to: &str| {
        let line = sample(format).replace(from, to);
        assert_ne!(line, sample(format), "{from}");
        map(format, &line).0
    };
    for format in [Format::ZeekTsv, Format::ZeekJson] {
        for time in ["-5.5", "1e40", "99999999999999999999"] {
            assert_eq!(swap(format, "1517336042.090842", time), Err(LogError::BadTime), "{format:?} {time}");
        }
        assert_eq!(swap(format, "10.0.0.5", "10.0.0.555"), Err(LogError::BadAddress));
        assert_eq!(swap(format, "50000", "70000"), Err(LogError::BadAddress));
        assert_eq!(swap(format, "53", "-53"), Err(LogError::BadNumber));
        assert_eq!(swap(format, "53", "99999999999999999999999"), Err(LogError::BadNumber));
        assert_eq!(swap(format, "1.5", "-1.5"), Err(LogError::BadNumber));
    }
    assert_eq!(swap(Format::ZeekJson, "\"10.0.0.5\"", "{\"a\":[1]}"), Err(LogError::BadAddress));
    assert_eq!(swap(Format::ZeekJson, "1517336042.090842", "null"), Err(LogError::NoTime));
    assert_eq!(swap(Format::SuricataEve, "53,", "-53,"), Err(LogError::BadNumber));
    assert_eq!(swap(Format::SuricataEve, "\"flow\":{", "\"flow\":3,\"x\":{"), Err(LogError::MissingField));
    assert_eq!(swap(Format::SuricataEve, "02.090842", "99"), Err(LogError::BadTime));
    assert_eq!(swap(Format::SuricataEve, "\"flow\",", "\"stats\","), Err(LogError::NoReader));
    assert_eq!(swap(Format::CiscoAsa, "2018 ", ""), Err(LogError::BadTime));
    assert_eq!(swap(Format::CiscoAsa, "302014", "722022"), Err(LogError::NoReader));
    assert_eq!(swap(Format::CiscoAsa, "0:00:01", "9999999999999999:00:01"), Err(LogError::BadNumber));
    assert_eq!(swap(Format::SecureAccessCsv, "2018-01-30", "2018-13-30"), Err(LogError::BadTime));
    assert_eq!(swap(Format::SecureAccessCsv, "\"ann,HQ\"", "\"ann,HQ"), Err(LogError::FieldCount));
}

#[test]
fn a_row_needs_a_header_and_a_header_may_come_again() {
    let mut mapper = LogMapper::new(Format::ZeekTsv);
    let mut events = Vec::new();
    let mut line = |text: &str| mapper.line(text.as_bytes(), &mut |event| events.push(event));
    assert_eq!(line(CONN), Err(LogError::NoHeader));
    for header in HEADER.lines() {
        line(header).unwrap();
    }
    assert_eq!(line(CONN), Ok(Line::Record));
    assert_eq!(line("#separator \\x7c"), Ok(Line::Other));
    assert_eq!(line(CONN), Err(LogError::NoHeader), "another header has begun");
    for header in ["#path|x509", "#fields|ts|uid"] {
        line(header).unwrap();
    }
    assert_eq!(line("1.5|C1"), Err(LogError::NoReader));
    for header in HEADER.lines().skip(1) {
        line(&header.replace('\t', "|")).unwrap();
    }
    assert_eq!(line(&CONN.replace('\t', "|")), Ok(Line::Record));
    assert_eq!(line(CONN.rsplit_once('\t').unwrap().0), Err(LogError::FieldCount));
    assert_eq!(events.len(), 2);
    assert_eq!(events[0], events[1]);
}

#[test]
fn nesting_and_width_are_bounded() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for format in [Format::ZeekJson, Format::SuricataEve] {
        assert_eq!(map(format, &format!("{{\"ts\":{deep}}}")).0, Err(LogError::BadJson));
    }
    assert_eq!(map(Format::ZeekTsv, &format!("1{}", "\t".repeat(100_000))).0, Err(LogError::FieldCount));
    assert_eq!(map(Format::ZeekTsv, &format!("#fields{}", "\tx".repeat(100_000))).0, Err(LogError::BadHeader));
    assert_eq!(map(Format::SecureAccessCsv, &",".repeat(100_000)).0, Err(LogError::FieldCount));
}

proptest! {
    #[test]
    fn any_bytes_are_harmless(bytes in prop::collection::vec(any::<u8>(), 0..400), which in 0usize..5) {
        let mut mapper = mapper(FORMATS[which]);
        for line in bytes.split(|byte| *byte == b'\n') {
            let _ = mapper.line(line, &mut |_| {});
        }
        mapper.finish(&mut |_| {});
    }

    /// Cut, with a stretch overwritten, and joined with another: near enough to a record to reach every branch.
    #[test]
    fn damaged_records_are_harmless(
        which in 0usize..5,
        cut in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        noise in "[0-9a-zA-Z:./\\-{}\",\\\\ \t%<>é\u{0}]{0,12}",
    ) {
        let format = FORMATS[which];
        let text = sample(format);
        let mut mapper = mapper(format);
        let damaged = format!("{}{noise}{}", &text[..at.index(text.len())], &text[at.index(text.len())..]);
        for line in [&text[..cut.index(text.len())], &damaged, &format!("{}{text}", &text[..cut.index(text.len())])] {
            let mut events = Vec::new();
            let _ = mapper.line(line.as_bytes(), &mut |event| events.push(event));
            for event in events {
                prop_assert!(event.time.0 >= 0);
            }
        }
        prop_assert_eq!(mapper.line(text.as_bytes(), &mut |_| {}), Ok(Line::Record));
    }
}
