//! DNS messages (RFC 1035): header, first question and answers. Reads what it can: an unknown type or a message cut short loses
//! only what comes after. (The usual libraries refuse the whole message then, which would hide it.)

use crate::cursor::Cursor;
use crate::text;
use std::fmt::Write;
use weft_model::Answer;

/// Most answers kept of one message.
const MAX_ANSWERS: usize = 100;
/// Most questions believed; every real message has one.
const MAX_QUESTIONS: u16 = 8;
/// Most compression pointers followed in one name.
const MAX_POINTERS: usize = 32;
/// Longest name in text form, in bytes (255 on the wire, each byte escaped or replaced by at most 3).
const MAX_NAME: usize = 1024;
/// Longest text or opaque record kept, in bytes.
const MAX_RDATA: usize = 512;
const MAX_OPAQUE: usize = 64;

/// What a message says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub id: u16,
    pub is_response: bool,
    /// 0 is a query; 4 notify, 5 update.
    pub opcode: u8,
    pub rcode: u8,
    /// Lower case, without the final dot; dots inside labels are escaped.
    pub name: String,
    pub query_type: u16,
    pub answers: Vec<Answer>,
    /// Not all answers could be read.
    pub partial: bool,
}

/// Reads a message; `None` when it is no DNS message or has no question.
pub(crate) fn parse(data: &[u8]) -> Option<Message> {
    let mut cursor = Cursor::new(data);
    let id = cursor.u16()?;
    let flags = cursor.u16()?;
    let questions = cursor.u16()?;
    let answer_count = cursor.u16()?;
    cursor.u32()?;
    if !(1..=MAX_QUESTIONS).contains(&questions) {
        return None;
    }
    let is_response = flags & 0x8000 != 0;
    let name = read_name(data, &mut cursor)?;
    let query_type = cursor.u16()?;
    cursor.u16()?;
    let mut message = Message {
        id,
        is_response,
        opcode: (flags >> 11 & 0x0f) as u8,
        rcode: (flags & 0x0f) as u8,
        name,
        query_type,
        answers: Vec::new(),
        partial: false,
    };
    for _ in 1..questions {
        read_name(data, &mut cursor)?;
        cursor.u32()?;
    }
    if is_response {
        for index in 0..usize::from(answer_count) {
            match (index < MAX_ANSWERS).then(|| read_answer(data, &mut cursor)).flatten() {
                Some(answer) => message.answers.push(answer),
                None => {
                    message.partial = true;
                    break;
                }
            }
        }
    }
    Some(message)
}

/// The name of a record type, `TYPE65280` for those without one (RFC 3597).
pub fn type_name(kind: u16) -> String {
    let name = match kind {
        1 => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        10 => "NULL",
        11 => "WKS",
        12 => "PTR",
        13 => "HINFO",
        15 => "MX",
        16 => "TXT",
        17 => "RP",
        18 => "AFSDB",
        24 => "SIG",
        25 => "KEY",
        28 => "AAAA",
        29 => "LOC",
        30 => "NXT",
        33 => "SRV",
        35 => "NAPTR",
        37 => "CERT",
        39 => "DNAME",
        41 => "OPT",
        43 => "DS",
        44 => "SSHFP",
        46 => "RRSIG",
        47 => "NSEC",
        48 => "DNSKEY",
        50 => "NSEC3",
        51 => "NSEC3PARAM",
        52 => "TLSA",
        59 => "CDS",
        61 => "OPENPGPKEY",
        64 => "SVCB",
        65 => "HTTPS",
        99 => "SPF",
        249 => "TKEY",
        250 => "TSIG",
        251 => "IXFR",
        252 => "AXFR",
        255 => "ANY",
        256 => "URI",
        257 => "CAA",
        other => return format!("TYPE{other}"),
    };
    name.to_owned()
}

fn read_answer<'a>(message: &'a [u8], cursor: &mut Cursor<'a>) -> Option<Answer> {
    skip_name(cursor)?;
    let kind = cursor.u16()?;
    cursor.u16()?;
    let ttl = cursor.u32()?;
    let length = usize::from(cursor.u16()?);
    let mut data = Cursor::new(cursor.rest().get(..length)?);
    let rdata = read_rdata(message, kind, &mut data)?;
    cursor.take(length)?;
    Some(Answer { kind: type_name(kind), rdata, ttl })
}

/// Addresses and names as text, text as text, anything else in hexadecimal (its first bytes).
fn read_rdata<'a>(message: &'a [u8], kind: u16, data: &mut Cursor<'a>) -> Option<String> {
    Some(match kind {
        1 => data.ipv4()?.to_string(),
        28 => data.ipv6()?.to_string(),
        2 | 5 | 6 | 12 | 39 => read_name(message, data)?,
        // MX and SVCB have a number before the name, SRV three.
        15 | 64 | 65 => {
            data.u16()?;
            read_name(message, data)?
        }
        33 => {
            data.take(6)?;
            read_name(message, data)?
        }
        16 | 99 => {
            let mut joined = String::new();
            while let Some(part) = data.vec8() {
                if joined.len() >= MAX_RDATA {
                    break;
                }
                joined.push_str(&text::lossy(part, MAX_RDATA));
            }
            joined
        }
        _ => {
            let mut hex = String::new();
            for byte in data.rest().iter().take(MAX_OPAQUE) {
                // Writing to a string cannot fail.
                let _ = write!(hex, "{byte:02x}");
            }
            hex
        }
    })
}

fn skip_name(cursor: &mut Cursor<'_>) -> Option<()> {
    loop {
        match cursor.u8()? {
            0 => return Some(()),
            length @ 1..=63 => {
                cursor.take(usize::from(length))?;
            }
            0xc0.. => {
                cursor.u8()?;
                return Some(());
            }
            _ => return None,
        }
    }
}

/// Reads a name at the cursor, which lies inside `message`, and moves behind it. Pointers must lead backwards.
fn read_name<'a>(message: &'a [u8], cursor: &mut Cursor<'a>) -> Option<String> {
    let mut name = String::new();
    let mut at = *cursor;
    // The first pointer may lead anywhere; each further one must lead before the one it was reached by.
    let mut limit = usize::MAX;
    let mut jumped = false;
    let mut pointers = 0;
    loop {
        let length = at.u8()?;
        match length {
            0 => break,
            1..=63 => {
                let label = at.take(usize::from(length))?;
                if name.len().saturating_add(label.len() * 3) > MAX_NAME {
                    return None;
                }
                if !name.is_empty() {
                    name.push('.');
                }
                push_label(&mut name, label);
            }
            0xc0.. => {
                let target = usize::from(length & 0x3f) << 8 | usize::from(at.u8()?);
                pointers += 1;
                if target >= limit || pointers > MAX_POINTERS {
                    return None;
                }
                limit = target;
                if !jumped {
                    *cursor = at;
                    jumped = true;
                }
                at = Cursor::new(message.get(target..)?);
                continue;
            }
            _ => return None,
        }
    }
    if !jumped {
        *cursor = at;
    }
    Some(name)
}

fn push_label(name: &mut String, label: &[u8]) {
    for character in String::from_utf8_lossy(label).chars() {
        match character {
            '.' | '\\' => {
                name.push('\\');
                name.push(character);
            }
            other => name.extend(other.to_lowercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use simple_dns::rdata::{A, AAAA, CNAME, MX, RData, TXT};
    use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, ResourceRecord, TYPE};

    fn question(name: &str) -> Question<'_> {
        Question::new(Name::new_unchecked(name), QTYPE::TYPE(TYPE::A), QCLASS::CLASS(CLASS::IN), false)
    }

    #[test]
    fn reads_what_another_implementation_writes() {
        let mut packet = Packet::new_reply(0xbeef);
        packet.set_flags(PacketFlag::RECURSION_DESIRED);
        packet.questions.push(question("WWW.Example.org"));
        let records = [
            RData::CNAME(CNAME(Name::new_unchecked("edge.example.org"))),
            RData::A(A { address: 0xc000_0201 }),
            RData::AAAA(AAAA { address: 0x2001_0db8_0000_0000_0000_0000_0000_0001 }),
            RData::MX(MX { preference: 10, exchange: Name::new_unchecked("mail.example.org") }),
            RData::TXT(TXT::new().with_string("v=spf1 -all").unwrap()),
        ];
        for rdata in records {
            packet.answers.push(ResourceRecord::new(Name::new_unchecked("www.example.org"), CLASS::IN, 60, rdata));
        }
        for bytes in [packet.build_bytes_vec().unwrap(), packet.build_bytes_vec_compressed().unwrap()] {
            let message = parse(&bytes).unwrap();
            assert_eq!((message.id, message.is_response, message.opcode, message.rcode), (0xbeef, true, 0, 0));
            assert_eq!((message.name.as_str(), type_name(message.query_type).as_str()), ("www.example.org", "A"));
            let answers: Vec<(&str, &str)> = message.answers.iter().map(|answer| (answer.kind.as_str(), answer.rdata.as_str())).collect();
            assert_eq!(
                answers,
                [
                    ("CNAME", "edge.example.org"),
                    ("A", "192.0.2.1"),
                    ("AAAA", "2001:db8::1"),
                    ("MX", "mail.example.org"),
                    ("TXT", "v=spf1 -all")
                ]
            );
            assert!(!message.partial && message.answers.iter().all(|answer| answer.ttl == 60));
            let cut = parse(&bytes[..bytes.len() - 20]).unwrap();
            assert!(cut.partial && cut.answers.len() == 4, "a message cut short keeps its whole answers");
        }
    }

    #[test]
    fn pointers_must_lead_backwards() {
        let mut bytes = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        bytes.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1]);
        assert_eq!(parse(&bytes), None, "a pointer to itself");
        let mut bytes = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        bytes.extend_from_slice(&[1, b'a', 0xc0, 12, 0, 1, 0, 1]);
        assert_eq!(parse(&bytes), None, "a loop over a label");
    }

    #[test]
    fn odd_names_and_types_stay_readable() {
        let mut bytes = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        bytes.extend_from_slice(&[4, b'a', b'.', 0xff, b'B', 0, 0xff, 0x01, 0, 1]);
        let message = parse(&bytes).unwrap();
        assert_eq!((message.name.as_str(), type_name(message.query_type)), ("a\\.\u{fffd}b", "TYPE65281".to_owned()));
        assert_eq!(parse(&[0; 12]), None);
        assert_eq!(parse(b"not dns at all, just text"), None);
    }
}
