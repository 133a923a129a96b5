//! Writes a small MaxMind DB (spec 2.0, IPv6 tree, 32-bit records): set-up converts the published ASN table with it, tests make
//! databases with it. Knows no field name and no file.

use crate::error::EnrichError;
use std::collections::HashMap;
use std::net::IpAddr;

/// A record value, as far as our tables need one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    Text(String),
    Number(u32),
    /// In the order given.
    Map(Vec<(String, Value)>),
}

/// A child that leads nowhere.
const NONE: u32 = u32::MAX;
/// Marks a child that is an offset into the data section; nodes and data each have 31 bits.
const DATA: u32 = 1 << 31;
/// Zero bytes between tree and data.
const SEPARATOR: [u8; 16] = [0; 16];
const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";

const TYPE_STRING: u8 = 2;
const TYPE_U16: u8 = 5;
const TYPE_U32: u8 = 6;
const TYPE_MAP: u8 = 7;
const TYPE_U64: u8 = 9;
const TYPE_ARRAY: u8 = 11;

/// Collects ranges, then writes the file.
pub struct MmdbWriter {
    database_type: String,
    nodes: Vec<[u32; 2]>,
    data: Vec<u8>,
    offsets: HashMap<Value, u32>,
}

impl MmdbWriter {
    /// An empty table; `database_type` is the name in the file's metadata.
    pub fn new(database_type: &str) -> Self {
        Self { database_type: database_type.to_owned(), nodes: vec![[NONE; 2]], data: Vec::new(), offsets: HashMap::new() }
    }

    /// Gives the addresses `first` to `last` (inclusive, one family) the record `value`; a later range wins over an earlier one.
    pub fn insert(&mut self, first: IpAddr, last: IpAddr, value: &Value) -> Result<(), EnrichError> {
        let (from, to) = match (first, last) {
            // The spec puts IPv4 at ::/96.
            (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits())),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits()),
            _ => return Err(EnrichError::Range { first, last }),
        };
        if from > to {
            return Err(EnrichError::Range { first, last });
        }
        let child = self.store(value)?;
        let mut start = from;
        loop {
            // The largest network that starts here and does not pass the end.
            let room = (to - start).checked_add(1).map_or(128, u128::ilog2);
            let host_bits = start.trailing_zeros().min(room);
            self.set(start, 128u32.saturating_sub(host_bits), child)?;
            let step = 1u128.checked_shl(host_bits);
            match step.and_then(|step| start.checked_add(step)) {
                Some(next) if next <= to => start = next,
                _ => return Ok(()),
            }
        }
    }

    fn store(&mut self, value: &Value) -> Result<u32, EnrichError> {
        if let Some(offset) = self.offsets.get(value) {
            return Ok(*offset | DATA);
        }
        let offset = u32::try_from(self.data.len()).ok().filter(|offset| *offset < DATA - 1).ok_or(EnrichError::Overflow)?;
        encode(value, &mut self.data);
        self.offsets.insert(value.clone(), offset);
        Ok(offset | DATA)
    }

    fn set(&mut self, address: u128, length: u32, child: u32) -> Result<(), EnrichError> {
        if length == 0 {
            if let Some(root) = self.nodes.first_mut() {
                *root = [child; 2];
            }
            return Ok(());
        }
        let mut node = 0usize;
        for depth in 0..length {
            let side = usize::from((address >> (127 - depth)) & 1 == 1);
            let fresh = u32::try_from(self.nodes.len()).ok().filter(|index| *index < DATA - 1).ok_or(EnrichError::Overflow)?;
            let Some(slot) = self.nodes.get_mut(node).and_then(|children| children.get_mut(side)) else {
                return Err(EnrichError::Overflow);
            };
            if depth + 1 == length {
                *slot = child;
                return Ok(());
            }
            let now = *slot;
            if now & DATA == 0 {
                node = now as usize;
                continue;
            }
            // NONE has the DATA bit too: either way the new node's two halves start as what was there.
            *slot = fresh;
            self.nodes.push([now; 2]);
            node = fresh as usize;
        }
        Ok(())
    }

    /// The file. `build_epoch` is what the metadata says about the age of the data, in seconds since 1970.
    pub fn finish(self, build_epoch: u64) -> Result<Vec<u8>, EnrichError> {
        let count = u32::try_from(self.nodes.len()).map_err(|_| EnrichError::Overflow)?;
        let base = count.checked_add(16).ok_or(EnrichError::Overflow)?;
        let mut file = Vec::with_capacity(self.nodes.len().saturating_mul(8).saturating_add(self.data.len()).saturating_add(512));
        for child in self.nodes.iter().flatten() {
            let record = match *child {
                NONE => count,
                child if child & DATA != 0 => base.checked_add(child & !DATA).ok_or(EnrichError::Overflow)?,
                child => child,
            };
            file.extend_from_slice(&record.to_be_bytes());
        }
        file.extend_from_slice(&SEPARATOR);
        file.extend_from_slice(&self.data);
        file.extend_from_slice(MARKER);
        control(TYPE_MAP, 9, &mut file);
        let short = |name: &str, number: u16, file: &mut Vec<u8>| {
            text(name, file);
            control(TYPE_U16, 2, file);
            file.extend_from_slice(&number.to_be_bytes());
        };
        short("binary_format_major_version", 2, &mut file);
        short("binary_format_minor_version", 0, &mut file);
        short("ip_version", 6, &mut file);
        short("record_size", 32, &mut file);
        text("build_epoch", &mut file);
        control(TYPE_U64, 8, &mut file);
        file.extend_from_slice(&build_epoch.to_be_bytes());
        text("node_count", &mut file);
        encode(&Value::Number(count), &mut file);
        text("database_type", &mut file);
        text(&self.database_type, &mut file);
        text("languages", &mut file);
        control(TYPE_ARRAY, 0, &mut file);
        text("description", &mut file);
        control(TYPE_MAP, 0, &mut file);
        Ok(file)
    }
}

fn text(value: &str, out: &mut Vec<u8>) {
    control(TYPE_STRING, value.len(), out);
    out.extend_from_slice(value.as_bytes());
}

fn encode(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Text(string) => text(string, out),
        Value::Number(number) => {
            control(TYPE_U32, 4, out);
            out.extend_from_slice(&number.to_be_bytes());
        }
        Value::Map(entries) => {
            control(TYPE_MAP, entries.len(), out);
            for (key, entry) in entries {
                text(key, out);
                encode(entry, out);
            }
        }
    }
}

/// The control byte with its extended type and size, spec "Data field format". Sizes above the format's 16,843,036 are cut by the
/// callers' inputs long before.
fn control(kind: u8, size: usize, out: &mut Vec<u8>) {
    let (code, extra): (u8, Vec<u8>) = if size < 29 {
        (size as u8, Vec::new())
    } else if size < 285 {
        (29, vec![(size - 29) as u8])
    } else if size < 65_821 {
        (30, ((size - 285) as u16).to_be_bytes().to_vec())
    } else {
        let [_, high, middle, low] = ((size - 65_821) as u32).to_be_bytes();
        (31, vec![high, middle, low])
    };
    if kind < 8 {
        out.push(kind << 5 | code);
    } else {
        out.push(code);
        out.push(kind - 7);
    }
    out.extend(extra);
}

#[cfg(test)]
mod tests {
    use super::*;
    use maxminddb::Reader;
    use proptest::prelude::*;
    use std::net::Ipv4Addr;

    fn look_up(reader: &Reader<Vec<u8>>, ip: &str) -> Option<String> {
        reader.lookup(ip.parse().unwrap()).unwrap().decode::<String>().unwrap()
    }

    #[test]
    fn an_independent_reader_finds_what_was_written() {
        let mut writer = MmdbWriter::new("test");
        let long = "x".repeat(300);
        for (first, last, name) in [
            ("198.51.100.3", "198.51.100.17", "odd"),
            ("10.0.0.0", "10.255.255.255", "wide"),
            ("10.1.2.3", "10.1.2.3", "narrow"),
            ("2001:db8::1", "2001:db8::ffff", "six"),
            ("203.0.113.0", "203.0.113.255", long.as_str()),
        ] {
            writer.insert(first.parse().unwrap(), last.parse().unwrap(), &Value::Text(name.into())).unwrap();
        }
        let reader = Reader::from_source(writer.finish(1_700_000_000).unwrap()).unwrap();
        assert_eq!(reader.metadata().build_epoch, 1_700_000_000);
        for (ip, expected) in [
            ("198.51.100.2", None),
            ("198.51.100.3", Some("odd")),
            ("198.51.100.17", Some("odd")),
            ("198.51.100.18", None),
            ("10.1.2.2", Some("wide")),
            ("10.1.2.3", Some("narrow")),
            ("10.1.2.4", Some("wide")),
            ("2001:db8::", None),
            ("2001:db8::abcd", Some("six")),
            ("203.0.113.9", Some(long.as_str())),
            ("fe80::1", None),
        ] {
            assert_eq!(look_up(&reader, ip).as_deref(), expected, "{ip}");
        }
    }

    #[test]
    fn impossible_ranges_are_refused() {
        let mut writer = MmdbWriter::new("test");
        for (first, last) in [("10.0.0.2", "10.0.0.1"), ("10.0.0.1", "::1")] {
            assert!(matches!(
                writer.insert(first.parse().unwrap(), last.parse().unwrap(), &Value::Number(1)),
                Err(EnrichError::Range { .. })
            ));
        }
        let everything = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
        writer.insert("::".parse().unwrap(), everything.parse().unwrap(), &Value::Text("all".into())).unwrap();
        let reader = Reader::from_source(writer.finish(0).unwrap()).unwrap();
        assert_eq!(look_up(&reader, "203.0.113.1").as_deref(), Some("all"));
    }

    proptest! {
        #[test]
        fn disjoint_ranges_read_back(mut cuts in proptest::collection::vec(any::<u32>(), 2..24), probe in any::<u32>()) {
            cuts.sort_unstable();
            cuts.dedup();
            let mut writer = MmdbWriter::new("test");
            for (index, pair) in cuts.windows(2).enumerate() {
                writer.insert(Ipv4Addr::from(pair[0]).into(), Ipv4Addr::from(pair[1] - 1).into(), &Value::Number(index as u32)).unwrap();
            }
            let reader = Reader::from_source(writer.finish(0).unwrap()).unwrap();
            for ip in cuts.iter().copied().chain([probe]) {
                let expected = cuts.windows(2).position(|pair| pair[0] <= ip && ip < pair[1]);
                let found = reader.lookup(Ipv4Addr::from(ip).into()).unwrap().decode::<u32>().unwrap();
                prop_assert_eq!(found, expected.map(|index| index as u32));
            }
        }
    }
}
