//! One line of CSV (RFC 4180) to its fields. A field that goes over several lines makes its lines bad. Must not know columns.

use csv_core::{ReadRecordResult, Reader};

/// Most fields of a line.
const MAX_FIELDS: usize = 128;

/// The fields of a line; `None` when a quote stays open or there are too many.
pub(crate) fn fields(line: &[u8]) -> Option<Vec<String>> {
    if line.iter().filter(|byte| **byte == b'"').count() % 2 == 1 {
        return None;
    }
    let mut output = vec![0u8; line.len().saturating_add(1)];
    let mut ends = [0usize; MAX_FIELDS];
    let mut reader = Reader::new();
    let (_, read, written, mut count) = reader.read_record(line, &mut output, &mut ends);
    // Once more with no input: the end of the line.
    let (result, _, _, more) =
        reader.read_record(&[], output.get_mut(written..).unwrap_or_default(), ends.get_mut(count..).unwrap_or_default());
    count = count.saturating_add(more);
    if read < line.len() || result != ReadRecordResult::Record {
        return None;
    }
    let mut from = 0;
    let mut fields = Vec::with_capacity(count);
    for end in ends.iter().take(count) {
        fields.push(String::from_utf8_lossy(output.get(from..*end).unwrap_or_default()).into_owned());
        from = *end;
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_empty_fields() {
        assert_eq!(fields(br#"a,"b, ""c""",,d"#).unwrap(), ["a", "b, \"c\"", "", "d"]);
        assert_eq!(fields(b"a,").unwrap(), ["a", ""]);
        assert_eq!(fields(br#"a,"b"#), None);
        assert_eq!(fields(&[b','; 200]), None);
        assert_eq!(fields(&[b'"'; 64]).map(|fields| fields.len()), Some(1));
    }
}
