//! What a file is, by its first bytes. Must not open files, and must not parse more than recognition needs.

use crate::log_kind;
use crate::text::TextReader;
use serde::{Deserialize, Serialize};
use std::io::Read;

/// How many decompressed bytes recognition looks at.
pub const HEAD_BYTES: usize = 64 * 1024;
/// Header lines of a message that are looked at before giving up.
const MAX_HEADER_LINES: usize = 400;

/// The kinds of input that Weft reads, and the kinds it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Packet capture, libpcap format.
    Pcap,
    /// Packet capture, pcapng format.
    PcapNg,
    /// One RFC 5322 message (`.eml`, a Maildir file).
    Message,
    /// Messages separated by `From ` lines (RFC 4155).
    Mbox,
    /// Provider audit records as JSON: an array, JSON Lines, or objects one after the other.
    SaasJson,
    /// Audit records in the `AuditData` column of a CSV export.
    SaasCsv,
    /// People, groups and devices: `directory.csv`.
    Directory,
    /// The same as LDIF (RFC 2849), as directory servers write it.
    DirectoryLdif,
    /// The same as SCIM 2.0 resources (RFC 7643).
    DirectoryScim,
    /// A Zeek log, tab-separated.
    ZeekTsv,
    /// A Zeek log as JSON Lines.
    ZeekJson,
    /// Suricata's `eve.json`.
    SuricataEve,
    /// Syslog of a Cisco ASA or FTD.
    CiscoAsa,
    /// A CSV export of Cisco Secure Access or Umbrella.
    SecureAccessCsv,
    /// Alerts of other products as a table.
    AlertCsv,
    /// A log that is known and not read.
    NoReader,
    /// Weft's own events as Protobuf, each with its length in front.
    Events,
    /// The answers of a simulated scenario: never read.
    Truth,
    /// Nothing that Weft reads.
    Unknown,
    /// No bytes, or only white space.
    Empty,
}

impl Kind {
    /// Whether a sensor reads this kind.
    pub fn is_readable(self) -> bool {
        !matches!(self, Self::Truth | Self::Unknown | Self::Empty | Self::NoReader)
    }
    /// Whether it holds people, not events.
    pub fn is_directory(self) -> bool {
        matches!(self, Self::Directory | Self::DirectoryLdif | Self::DirectoryScim)
    }
    /// The name used in reports (`saas_json`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pcap => "pcap",
            Self::PcapNg => "pcapng",
            Self::Message => "message",
            Self::Mbox => "mbox",
            Self::SaasJson => "saas_json",
            Self::SaasCsv => "saas_csv",
            Self::Directory => "directory",
            Self::DirectoryLdif => "directory_ldif",
            Self::DirectoryScim => "directory_scim",
            Self::ZeekTsv => "zeek_tsv",
            Self::ZeekJson => "zeek_json",
            Self::SuricataEve => "suricata_eve",
            Self::CiscoAsa => "cisco_asa",
            Self::SecureAccessCsv => "secure_access_csv",
            Self::AlertCsv => "alert_csv",
            Self::NoReader => "no_reader",
            Self::Events => "events",
            Self::Truth => "truth",
            Self::Unknown => "unknown",
            Self::Empty => "empty",
        }
    }
}

/// Says what a file is from `head`, its first bytes after decompression (up to [`HEAD_BYTES`] are looked at). The name decides
/// only two things: `truth.json` (also compressed) is never read, and `directory.csv` may have a single known column.
pub fn recognise(name: &str, head: &[u8]) -> Kind {
    let file_name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_lowercase();
    let bare_name = [".gz", ".zst", ".xz"].iter().find_map(|end| file_name.strip_suffix(end)).unwrap_or(&file_name);
    if bare_name == "truth.json" {
        return Kind::Truth;
    }
    let head = head.get(..HEAD_BYTES).unwrap_or(head);
    match head {
        [0xD4, 0xC3, 0xB2, 0xA1, ..] | [0xA1, 0xB2, 0xC3, 0xD4, ..] | [0x4D, 0x3C, 0xB2, 0xA1, ..] | [0xA1, 0xB2, 0x3C, 0x4D, ..] => {
            return Kind::Pcap;
        }
        // Section Header Block.
        [0x0A, 0x0D, 0x0D, 0x0A, ..] => return Kind::PcapNg,
        _ => {}
    }
    if is_event_file(head) {
        return Kind::Events;
    }
    let text = decode(head);
    let body = text.trim_ascii_start();
    if body.is_empty() {
        return Kind::Empty;
    }
    if body.starts_with(b"{") || body.starts_with(b"[") {
        // A mail may start with neither, so that other JSON is settled here.
        return match log_kind::json(body) {
            _ if is_scim(body) => Kind::DirectoryScim,
            Some(kind) => kind,
            None if has_audit_keys(body) => Kind::SaasJson,
            None => Kind::Unknown,
        };
    }
    if is_ldif(body) {
        return Kind::DirectoryLdif;
    }
    if let Some(kind) = table(bare_name, body).or_else(|| log_kind::text(body)) {
        return kind;
    }
    if body.starts_with(b"From ") && body.split(|b| *b == b'\n').skip(1).take(3).any(|line| header_name(line).is_some()) {
        return Kind::Mbox;
    }
    if is_message(body) { Kind::Message } else { Kind::Unknown }
}

fn decode(head: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(head.len());
    // Reading from memory cannot fail; what was decoded until then is still good.
    let _ = TextReader::new(head).read_to_end(&mut text);
    text
}

/// Whether an event of `weft.event.v1` follows a length: its first fields are the uid of 16 bytes and the time.
fn is_event_file(head: &[u8]) -> bool {
    let Some(last) = head.iter().take(3).position(|byte| byte & 0x80 == 0) else { return false };
    let event = head.get(last + 1..).unwrap_or_default();
    event.starts_with(&[0x0A, 16]) && event.get(18) == Some(&0x10)
}

/// Whether `"key"` followed by a colon stands anywhere in `text`.
pub(crate) fn has_key(text: &[u8], key: &str) -> bool {
    let mut rest = text;
    while let Some(at) = find(rest, key.as_bytes()) {
        let before = at.checked_sub(1).and_then(|at| rest.get(at));
        let after = rest.get(at.saturating_add(key.len())..).unwrap_or_default();
        if before == Some(&b'"') && after.strip_prefix(b"\"").is_some_and(|after| after.trim_ascii_start().starts_with(b":")) {
            return true;
        }
        rest = after;
    }
    false
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len()).position(|window| window == needle)
}

/// Keys that only audit records and alerts have. One is enough, so that a truncated file is still read and its records counted.
fn has_audit_keys(text: &[u8]) -> bool {
    const ALONE: [&str; 17] = [
        "AlertSeverity",
        "MessageTraceId",
        "RecipientAddress",
        "class_uid",
        "firstActivityDateTime",
        "providerAlertId",
        "riskLevel",
        "riskLastUpdatedDateTime",
        "serviceSource",
        "CreationTime",
        "AuditData",
        "auditData",
        "activityDateTime",
        "activityDisplayName",
        "createdDateTime",
        "CreatedDateTime",
        "ActivityDateTime",
    ];
    ALONE.iter().any(|key| has_key(text, key)) || (has_key(text, "operationName") && has_key(text, "category"))
}

/// Whether `"schemas"` (RFC 7643 section 3) names a SCIM resource or a list of them.
fn is_scim(text: &[u8]) -> bool {
    let Some(at) = find(text, b"\"schemas\"") else { return false };
    // What stands between key and first value: a colon, a bracket, white space and a quotation mark.
    let is_between = |byte: &u8| byte.is_ascii_whitespace() || b":[\"".contains(byte);
    let rest = text.get(at.saturating_add(b"\"schemas\"".len())..).unwrap_or_default();
    let value = rest.iter().position(|byte| !is_between(byte)).and_then(|from| rest.get(from..)).unwrap_or_default();
    value.starts_with(b"urn:ietf:params:scim:")
}

/// A distinguished name first, behind comments and the version (RFC 2849).
fn is_ldif(body: &[u8]) -> bool {
    let mut lines = body.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end);
    let is_before = |line: &&[u8]| line.is_empty() || line.starts_with(b"#") || line.starts_with(b" ") || line.starts_with(b"version:");
    lines.find(|line| !is_before(line)).is_some_and(|line| line.get(..3).is_some_and(|name| name.eq_ignore_ascii_case(b"dn:")))
}

/// A CSV whose header row names the audit column or the columns of a message trace, of a table of alerts or of the directory.
fn table(bare_name: &str, body: &[u8]) -> Option<Kind> {
    const DIRECTORY: [&str; 10] = [
        "displayname",
        "mail",
        "userprincipalname",
        "objectid",
        "department",
        "title",
        "manager",
        "usualcountry",
        "devicehostname",
        "hiredate",
    ];
    // PowerShell may put a `#TYPE` line before the header row.
    for line in body.split(|b| *b == b'\n').take(2) {
        let line = String::from_utf8_lossy(line.get(..4096).unwrap_or(line)).to_lowercase();
        let columns: Vec<&str> = line.split([',', ';', '\t']).map(|column| column.trim().trim_matches('"').trim()).collect();
        let has = |names: &[&str]| names.iter().all(|name| columns.contains(name));
        if has(&["senderaddress", "recipientaddress"]) {
            return Some(Kind::SaasCsv);
        }
        if columns.contains(&"auditdata") && columns.len() > 1 {
            return Some(Kind::SaasCsv);
        }
        let known = columns.iter().filter(|column| DIRECTORY.contains(column)).count();
        let has_address = columns.contains(&"mail") || columns.contains(&"userprincipalname");
        if has_address && (known >= 2 || bare_name == "directory.csv") {
            return Some(Kind::Directory);
        }
    }
    None
}

/// The lower-case name of a header field line (RFC 5322 section 2.2), if it is one.
fn header_name(line: &[u8]) -> Option<String> {
    let colon = line.iter().take(78).position(|b| *b == b':')?;
    let name = line.get(..colon)?.trim_ascii_end();
    if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    Some(String::from_utf8_lossy(name).to_lowercase())
}

/// Header fields at the start, two of which only messages have together.
fn is_message(body: &[u8]) -> bool {
    const KNOWN: [&str; 16] = [
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "received",
        "message-id",
        "return-path",
        "mime-version",
        "delivered-to",
        "reply-to",
        "content-type",
        "authentication-results",
        "dkim-signature",
        "received-spf",
        "sender",
    ];
    let mut known = 0;
    let mut odd = 0;
    for (index, line) in body.split(|b| *b == b'\n').take(MAX_HEADER_LINES).enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        if index > 0 && (line.starts_with(b" ") || line.starts_with(b"\t")) {
            continue;
        }
        match header_name(line) {
            // Vendors' own headers count for nothing, neither for nor against.
            Some(name) if KNOWN.contains(&name.as_str()) => known += 1,
            Some(_) => {}
            // A mailer may leave one broken line (">From " of an old mbox among them).
            None => odd += 1,
        }
        if odd > 1 {
            return false;
        }
        if known >= 2 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, head: &[u8], expected: Kind) {
        assert_eq!(recognise(name, head), expected, "{name}");
    }

    #[test]
    fn content_decides_and_not_the_extension() {
        let ual = br#"{"CreationTime":"2024-03-18T09:15:00","Operation":"UserLoggedIn"}"#;
        check("a/sign-ins.txt", ual, Kind::SaasJson);
        check("mail.eml", ual, Kind::SaasJson);
        check("audit.json", b"Return-Path: <a@b.example>\r\nSubject: x\r\n\r\nhi", Kind::Message);
        check("x.json", b"\xD4\xC3\xB2\xA1\x02\x00", Kind::Pcap);
        check("x.pcap", b"\x0A\x0D\x0D\x0A\x1C\x00", Kind::PcapNg);
        check("noise.json", br#"{"name":"left-pad","version":"1.0.0"}"#, Kind::Unknown);
        check("x.pcap", b"\x7FELF\x02\x01", Kind::Unknown);
    }

    #[test]
    fn event_files() {
        let event = [&[0x0A, 16][..], &[7; 16], &[0x10, 1]].concat();
        check("2024-03-04.pb", &[&[20][..], &event].concat(), Kind::Events);
        check("x", &[&[0x94, 1][..], &event].concat(), Kind::Events);
        check("x", &[&[20][..], &event[..18]].concat(), Kind::Unknown);
    }

    #[test]
    fn audit_json_comes_in_many_shapes() {
        check("a", b"[\n  {\n    \"activityDisplayName\" : \"Update user\"", Kind::SaasJson);
        check("a", br#"{"records":[{"category":"SignInLogs","operationName":"Sign-in activity"}]}"#, Kind::SaasJson);
        check("a", br#"{"RecordType":8,"AuditData":"{\"CreationTime\":1}"}"#, Kind::SaasJson);
        // Cut in the middle of the first record.
        check("a", br#"{"CreationTime":"2024-0"#, Kind::SaasJson);
        let wide: Vec<u8> = r#"{"CreationTime":"x"}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
        check("a", &[b"\xFF\xFE".as_slice(), &wide].concat(), Kind::SaasJson);
        // A key inside a quoted string is not a key.
        check("a", br#"{"input":"{\"CreationTime\":1}"}"#, Kind::Unknown);
    }

    #[test]
    fn tables() {
        check("export.csv", b"RecordId,CreationDate,RecordType,Operation,UserId,AuditData\n", Kind::SaasCsv);
        check("e.csv", b"#TYPE Selected.System\r\n\"PSComputerName\",\"AuditData\"\r\n", Kind::SaasCsv);
        check("people.csv", b"displayName;MAIL;department\n", Kind::Directory);
        check("x/directory.csv", b"mail\nann@corp.example\n", Kind::Directory);
        check("prices.csv", b"title,price\n", Kind::Unknown);
    }

    #[test]
    fn directories() {
        check("directory.ldif", b"# people\n#  of corp\n version\n\nversion: 1\ndn: CN=Ann,DC=corp\n", Kind::DirectoryLdif);
        check("x", b"DN:: Q049QW5u\r\nmail: a@b.example\r\n", Kind::DirectoryLdif);
        check("x", b"version: 1\nname: dn\n", Kind::Unknown);
        let list = br#"{ "schemas": [ "urn:ietf:params:scim:api:messages:2.0:ListResponse" ], "Resources": []}"#;
        check("directory.json", list, Kind::DirectoryScim);
        check("x", br#"{"id":"7","schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"meta":{}}"#, Kind::DirectoryScim);
        check("x", br#"{"CreationTime":"x","schemas":[],"note":"urn:ietf:params:scim:"}"#, Kind::SaasJson);
    }

    #[test]
    fn mail() {
        check("box", b"From ann@corp.example Mon Mar 18 09:15:00 2024\nReceived: from x\nDate: y\n", Kind::Mbox);
        check("1:2,S", b"Received: from a by b;\r\n\tMon, 18 Mar 2024\r\nFrom: a@b.example\r\n\r\n", Kind::Message);
        check("readme", b"From the authors: read this first.\nThank you.\n", Kind::Unknown);
        check("notes.yml", b"name: x\nversion: 2\n", Kind::Unknown);
    }

    #[test]
    fn truth_is_never_read_and_empty_is_named() {
        check("run/truth.json", b"{\"scenario\":1}", Kind::Truth);
        check("run/TRUTH.JSON.gz", br#"{"CreationTime":1}"#, Kind::Truth);
        check("a.json", b"", Kind::Empty);
        check("a.json", b" \r\n", Kind::Empty);
        check("a.json", b"\xEF\xBB\xBF", Kind::Empty);
    }
}
