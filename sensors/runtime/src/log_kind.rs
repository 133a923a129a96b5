//! Which network log a text is, by its first lines. Must not parse more than recognition needs.

use crate::kind::{Kind, has_key};

/// Columns a row of a Zeek log has at least.
const MIN_ZEEK_COLUMNS: usize = 8;
/// Columns a row of a Cisco Secure Access export has at least (firewall, DNS and proxy logs).
const MIN_SECURE_ACCESS_COLUMNS: usize = 10;
/// Lines looked at for the mark of a Cisco firewall: a syslog server may put other hosts' lines between.
const SYSLOG_LINES: usize = 20;

/// JSON Lines of Zeek or Suricata.
pub(crate) fn json(body: &[u8]) -> Option<Kind> {
    let line = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has = |key: &str| has_key(line, key);
    if has("event_type") && has("timestamp") && (has("src_ip") || has("flow_id") || has("stats")) {
        return Some(Kind::SuricataEve);
    }
    if !has("ts") || !["uid", "uids", "fuid", "id.orig_h", "_path"].iter().any(|key| has(key)) {
        return None;
    }
    let is_read = match string_at(line, b"\"_path\"") {
        Some(path) => is_read_zeek_log(&path),
        None => ["conn_state", "tags", "qclass", "AA", "established", "msg_types", "request_type"].iter().any(|key| has(key)),
    };
    Some(if is_read { Kind::ZeekJson } else { Kind::NoReader })
}

/// Zeek's tab-separated logs, Cisco syslog, and tables of which some columns tell the product.
pub(crate) fn text(body: &[u8]) -> Option<Kind> {
    zeek_tsv(body).or_else(|| cisco_asa(body)).or_else(|| table(body))
}

fn zeek_tsv(body: &[u8]) -> Option<Kind> {
    let mut lines = body.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut header = lines.clone().take_while(|line| line.starts_with(b"#"));
    if !header.any(|line| line.starts_with(b"#separator") || line.starts_with(b"#fields\t")) {
        // A rotated log that lost its header: an epoch time, an id, then an address.
        let cells: Vec<&[u8]> = lines.next()?.split(|byte| *byte == b'\t').collect();
        let (Some(time), Some(address)) = (cells.first(), cells.get(2)) else { return None };
        let is_zeek = cells.len() >= MIN_ZEEK_COLUMNS && is_epoch(time) && is_address(address);
        return is_zeek.then_some(Kind::ZeekTsv);
    }
    let path = lines.take_while(|line| line.starts_with(b"#")).find_map(|line| line.strip_prefix(b"#path\t"));
    let is_read = path.is_some_and(|path| is_read_zeek_log(&String::from_utf8_lossy(path)));
    Some(if is_read { Kind::ZeekTsv } else { Kind::NoReader })
}

/// The logs that `weft-log-map` reads.
fn is_read_zeek_log(path: &str) -> bool {
    matches!(path.strip_prefix("open_").unwrap_or(path), "conn" | "dns" | "http" | "ssl" | "dhcp" | "kerberos")
}

fn is_epoch(cell: &[u8]) -> bool {
    let is_number = cell.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    is_number && cell.iter().position(|byte| *byte == b'.').is_some_and(|at| at >= 1)
}

fn is_address(cell: &[u8]) -> bool {
    std::str::from_utf8(cell).is_ok_and(|cell| cell.parse::<std::net::IpAddr>().is_ok())
}

/// The mark that every message of a Cisco ASA or FTD has: `%ASA-6-302013: `.
fn cisco_asa(body: &[u8]) -> Option<Kind> {
    let is_message = |line: &[u8]| {
        let marks: [&[u8]; 2] = [b"%ASA-", b"%FTD-"];
        marks.iter().any(|mark| {
            let at = line.windows(mark.len()).take(256).position(|window| window == *mark);
            let code = at.and_then(|at| line.get(at.saturating_add(mark.len())..));
            matches!(code, Some([b'0'..=b'7', b'-', b'0'..=b'9', ..]))
        })
    };
    body.split(|byte| *byte == b'\n').take(SYSLOG_LINES).any(is_message).then_some(Kind::CiscoAsa)
}

/// Tables: alerts with their columns named, or rows of Cisco Secure Access, which have no header.
fn table(body: &[u8]) -> Option<Kind> {
    let line = body.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line.get(..4096).unwrap_or(line)).to_lowercase();
    let cells: Vec<&str> = line.trim_end().split(',').map(|cell| cell.trim().trim_matches('"')).collect();
    if cells.starts_with(&["time", "name", "ip", "host", "short"]) {
        return Some(Kind::AlertCsv);
    }
    let time = cells.first()?.as_bytes();
    let is_time = time.len() == 19
        && time.iter().enumerate().all(|(place, byte)| match place {
            4 | 7 => *byte == b'-',
            10 => *byte == b' ',
            13 | 16 => *byte == b':',
            _ => byte.is_ascii_digit(),
        });
    let has_verdict = cells.iter().any(|cell| matches!(*cell, "allowed" | "blocked" | "proxied" | "allow" | "block"));
    let has_address = cells.iter().any(|cell| is_address(cell.as_bytes()));
    let is_export = is_time && has_verdict && has_address && cells.len() >= MIN_SECURE_ACCESS_COLUMNS;
    is_export.then_some(Kind::SecureAccessCsv)
}

/// The text behind a key, without regard to escapes.
fn string_at(line: &[u8], key: &[u8]) -> Option<String> {
    let at = line.windows(key.len()).position(|window| window == key)?;
    let value = line.get(at.saturating_add(key.len())..)?.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
    let value = value.strip_prefix(b"\"")?;
    let end = value.iter().position(|byte| *byte == b'"')?;
    Some(String::from_utf8_lossy(value.get(..end)?).into_owned())
}

#[cfg(test)]
mod tests {
    use crate::kind::{Kind, recognise};

    #[track_caller]
    fn check(head: &str, expected: Kind) {
        assert_eq!(recognise("some.file", head.as_bytes()), expected, "{head}");
    }

    #[test]
    fn zeek() {
        let header = |path: &str| format!("#separator \\x09\n#unset_field\t-\n#path\t{path}\n#fields\tts\tuid\n1.5\tC1\n");
        check(&header("conn"), Kind::ZeekTsv);
        check(&header("open_http"), Kind::ZeekTsv);
        check(&header("x509"), Kind::NoReader);
        check("1517336042.090842\tCi85\t10.55.182.100\t14291\t10.2.3.5\t80\ttcp\t-\t3.0\n", Kind::ZeekTsv);
        check("1517336042.090842\tnotes\tabout\tnothing\ta\tb\tc\td\n", Kind::Unknown);
        check(r#"{"ts":1.5,"uid":"C1","id.orig_h":"10.0.0.1","conn_state":"SF"}"#, Kind::ZeekJson);
        check(r#"{"_path":"x509","ts":1.5,"fuid":"F1"}"#, Kind::NoReader);
        check(r#"{"ts":1.5,"fuid":"F1","source":"HTTP"}"#, Kind::NoReader);
        check(r#"{"ts":1.5,"message":"a program's own log"}"#, Kind::Unknown);
    }

    #[test]
    fn other_logs() {
        check(r#"{"timestamp":"2021-06-06T15:59:46+0200","flow_id":1,"event_type":"alert","src_ip":"192.0.2.1"}"#, Kind::SuricataEve);
        check("<166>Jan 01 2026 00:00:17 FW-01 %ASA-6-302013: Built outbound TCP connection\n", Kind::CiscoAsa);
        check("Jan 1 00:00:17 host sshd[1]: hello %ASA-x\n", Kind::Unknown);
        check("time,name,ip,host,short,time_label,event_label\n1642213952,x,10.0.0.1,a,W,fp,-\n", Kind::AlertCsv);
        let row =
            "2026-01-01 00:00:27,ann (ann@corp.example),\"ann,HQ\",10.3.3.2,203.0.113.3,Allowed,1 (A),NOERROR,www.example.com,Shopping\n";
        check(row, Kind::SecureAccessCsv);
        check("2026-01-01 00:00:27,a,b,c,d,e,f,g,h,i,j,k\n", Kind::Unknown);
    }
}
