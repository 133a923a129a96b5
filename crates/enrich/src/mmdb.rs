//! Reads country and ASN tables in the MaxMind DB format (spec 2.0) as MaxMind's GeoLite2 and ip-location-db write them. Knows the
//! field names and nothing else.

use crate::address::CountryCode;
use crate::error::EnrichError;
use maxminddb::Reader;
use serde::Deserialize;
use std::net::IpAddr;
use std::sync::Arc;

/// Networks looked at to tell whether a file holds the fields its table needs.
const SAMPLE: usize = 1_000;

/// A field that is absent, or not of the type expected, is unknown.
#[derive(Deserialize, Default)]
struct CountryRecord<'a> {
    #[serde(borrow, default)]
    country: Option<IsoCode<'a>>,
    #[serde(borrow, default)]
    registered_country: Option<IsoCode<'a>>,
    #[serde(borrow, default)]
    country_code: Option<&'a str>,
}

#[derive(Deserialize, Default)]
struct IsoCode<'a> {
    #[serde(borrow, default)]
    iso_code: Option<&'a str>,
}

#[derive(Deserialize, Default)]
struct AsnRecord<'a> {
    #[serde(default)]
    autonomous_system_number: Option<u32>,
    #[serde(borrow, default)]
    autonomous_system_organization: Option<&'a str>,
}

impl CountryRecord<'_> {
    fn code(&self) -> Option<CountryCode> {
        let iso = |place: &Option<IsoCode<'_>>| place.as_ref().and_then(|place| place.iso_code).and_then(CountryCode::new);
        iso(&self.country).or_else(|| self.country_code.and_then(CountryCode::new)).or_else(|| iso(&self.registered_country))
    }
}

/// IP -> country (`country.iso_code`, `country_code`, else `registered_country.iso_code`).
pub struct CountryTable(Reader<Vec<u8>>);

/// IP -> autonomous system (`autonomous_system_number`, `autonomous_system_organization`).
pub struct AsnTable(Reader<Vec<u8>>);

/// Whether one of the first networks satisfies `known`.
fn sample(
    reader: &Reader<Vec<u8>>,
    known: impl Fn(&maxminddb::LookupResult<'_, Vec<u8>>) -> bool,
) -> Result<bool, maxminddb::MaxMindDbError> {
    Ok(reader.networks(maxminddb::WithinOptions::default())?.take(SAMPLE).flatten().any(|found| known(&found)))
}

impl CountryTable {
    /// From the bytes of a file. Errors when it is no MMDB or holds no country.
    pub fn new(bytes: Vec<u8>) -> Result<Self, EnrichError> {
        let table = "country";
        let reader = Reader::from_source(bytes).map_err(|source| EnrichError::Mmdb { table, source })?;
        let known = sample(&reader, |found| matches!(found.decode::<CountryRecord<'_>>(), Ok(Some(record)) if record.code().is_some()));
        match known {
            Ok(true) => Ok(Self(reader)),
            Ok(false) => Err(EnrichError::Fields { table, fields: "country.iso_code or country_code" }),
            Err(source) => Err(EnrichError::Mmdb { table, source }),
        }
    }

    /// The country of `ip`; a damaged record is unknown.
    pub fn country(&self, ip: IpAddr) -> Option<CountryCode> {
        self.0.lookup(ip).ok()?.decode::<CountryRecord<'_>>().ok().flatten()?.code()
    }
}

impl AsnTable {
    /// From the bytes of a file. Errors when it is no MMDB or holds no AS number.
    pub fn new(bytes: Vec<u8>) -> Result<Self, EnrichError> {
        let table = "ASN";
        let reader = Reader::from_source(bytes).map_err(|source| EnrichError::Mmdb { table, source })?;
        let known = sample(
            &reader,
            |found| matches!(found.decode::<AsnRecord<'_>>(), Ok(Some(record)) if record.autonomous_system_number.is_some()),
        );
        match known {
            Ok(true) => Ok(Self(reader)),
            Ok(false) => Err(EnrichError::Fields { table, fields: "autonomous_system_number" }),
            Err(source) => Err(EnrichError::Mmdb { table, source }),
        }
    }

    /// Number and organisation of the network that announces `ip`; a damaged record is unknown.
    pub fn network(&self, ip: IpAddr) -> (Option<u32>, Option<Arc<str>>) {
        let Ok(found) = self.0.lookup(ip) else { return (None, None) };
        match found.decode::<AsnRecord<'_>>() {
            Ok(Some(record)) => {
                (record.autonomous_system_number, record.autonomous_system_organization.filter(|org| !org.is_empty()).map(Arc::from))
            }
            _ => (None, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmdb_write::{MmdbWriter, Value};

    fn table(records: &[(&str, &str, Value)]) -> Vec<u8> {
        let mut writer = MmdbWriter::new("test");
        for (first, last, value) in records {
            writer.insert(first.parse().unwrap(), last.parse().unwrap(), value).unwrap();
        }
        writer.finish(0).unwrap()
    }
    fn nested(field: &str, code: &str) -> Value {
        Value::Map(vec![(
            field.into(),
            Value::Map(vec![("iso_code".into(), Value::Text(code.into())), ("geoname_id".into(), Value::Number(7))]),
        )])
    }
    fn flat(code: &str) -> Value {
        Value::Map(vec![("country_code".into(), Value::Text(code.into()))])
    }

    #[test]
    fn both_publishers_field_names_are_understood() {
        let bytes = table(&[
            ("198.51.100.0", "198.51.100.255", nested("country", "NL")),
            ("203.0.113.0", "203.0.113.127", flat("jp")),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", nested("registered_country", "US")),
        ]);
        let countries = CountryTable::new(bytes).unwrap();
        for (ip, expected) in [
            ("198.51.100.7", Some("NL")),
            ("203.0.113.127", Some("JP")),
            ("203.0.113.128", None),
            ("2001:db8::9", Some("US")),
            ("2001:db9::", None),
        ] {
            assert_eq!(countries.country(ip.parse().unwrap()).map(|code| code.to_string()), expected.map(String::from), "{ip}");
        }
    }

    #[test]
    fn a_table_of_another_kind_is_refused() {
        let asn = Value::Map(vec![("autonomous_system_number".into(), Value::Number(64_500))]);
        let bytes = table(&[("198.51.100.0", "198.51.100.255", asn)]);
        assert!(matches!(CountryTable::new(bytes.clone()), Err(EnrichError::Fields { .. })));
        let (number, org) = AsnTable::new(bytes).unwrap().network("198.51.100.1".parse().unwrap());
        assert_eq!((number, org), (Some(64_500), None));
        assert!(matches!(AsnTable::new(b"not a database".to_vec()), Err(EnrichError::Mmdb { .. })));
    }

    #[test]
    fn a_cut_file_never_panics() {
        let whole = table(&[("198.51.100.0", "198.51.100.255", flat("NL")), ("203.0.113.0", "203.0.113.255", nested("country", "JP"))]);
        for cut in 0..whole.len() {
            for bytes in [whole[..cut].to_vec(), whole[cut..].to_vec()] {
                if let Ok(countries) = CountryTable::new(bytes) {
                    let _ = countries.country("198.51.100.7".parse().unwrap());
                }
            }
        }
    }
}
