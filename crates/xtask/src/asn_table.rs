//! Converts the published ASN table (CSV: first address, last address, number, organisation) into an MMDB file with the field names
//! of GeoLite2 ASN, so that operators can put MaxMind's own file in its place. Knows nothing of what the table is used for.

use anyhow::{Context as _, Result, bail};
use std::net::IpAddr;
use std::path::Path;
use weft_enrich::mmdb_write::{MmdbWriter, Value};

/// Fewer ranges than this are not the published table but a torn download.
const LEAST_RANGES: usize = 100_000;

/// Writes `out` from `asn-ipv4.csv` and `asn-ipv6.csv` in `folder`; gives the number of ranges. `epoch`: seconds since 1970.
pub fn convert(folder: &Path, out: &Path, epoch: u64) -> Result<usize> {
    let mut writer = MmdbWriter::new("GeoLite2-ASN compatible (ip-location-db asn)");
    let mut ranges = 0usize;
    for name in ["asn-ipv4.csv", "asn-ipv6.csv"] {
        let path = folder.join(name);
        let file = std::fs::File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
        ranges = ranges.saturating_add(add(&mut writer, file).with_context(|| format!("in {}", path.display()))?);
    }
    if ranges < LEAST_RANGES {
        bail!("only {ranges} ranges in {}, at least {LEAST_RANGES} are expected: fetch the package again", folder.display());
    }
    let aside = out.with_extension("new");
    std::fs::write(&aside, writer.finish(epoch)?).with_context(|| format!("cannot write {}", aside.display()))?;
    std::fs::rename(&aside, out).with_context(|| format!("cannot write {}", out.display()))?;
    Ok(ranges)
}

fn add(writer: &mut MmdbWriter, csv: impl std::io::Read) -> Result<usize> {
    let mut ranges = 0usize;
    for (index, row) in csv::ReaderBuilder::new().has_headers(false).from_reader(csv).into_deserialize().enumerate() {
        let (first, last, number, organisation): (IpAddr, IpAddr, u32, String) =
            row.with_context(|| format!("row {}", index.saturating_add(1)))?;
        let record = Value::Map(vec![
            ("autonomous_system_number".to_owned(), Value::Number(number)),
            ("autonomous_system_organization".to_owned(), Value::Text(organisation)),
        ]);
        writer.insert(first, last, &record)?;
        ranges = ranges.saturating_add(1);
    }
    Ok(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_read_back_through_the_enricher() {
        let mut writer = MmdbWriter::new("test");
        let text = "198.51.100.0,198.51.100.99,64500,\"Example, \"\"Inc\"\"\"\n2001:db8::,2001:db8::ffff,64501,Other\n";
        assert_eq!(add(&mut writer, text.as_bytes()).unwrap(), 2);
        let enricher = weft_enrich::Enricher::builder().asn_mmdb(writer.finish(0).unwrap()).unwrap().build();
        let found = enricher.ip("198.51.100.99".parse().unwrap());
        assert_eq!((found.asn, found.as_org.as_deref()), (Some(64_500), Some("Example, \"Inc\"")));
        assert_eq!(enricher.ip("2001:db8::1".parse().unwrap()).asn, Some(64_501));
        assert_eq!(enricher.ip("198.51.100.100".parse().unwrap()).asn, None);
    }

    #[test]
    fn a_torn_row_and_a_torn_table_are_refused() {
        let error = add(&mut MmdbWriter::new("test"), "198.51.100.0,198.51.100.99,64500,A\n198.51.101.0,198".as_bytes()).unwrap_err();
        assert!(format!("{error:#}").contains("row 2"), "{error:#}");
        let dir = std::env::temp_dir().join(format!("weft-asn-table-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        for name in ["asn-ipv4.csv", "asn-ipv6.csv"] {
            std::fs::write(dir.join(name), "").unwrap();
        }
        let out = dir.join("asn.mmdb");
        let error = convert(&dir, &out, 0).unwrap_err().to_string();
        assert!(error.contains("fetch the package again") && !out.exists(), "{error}");
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
