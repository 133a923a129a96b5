//! A CSV export to events: Microsoft Purview and `Search-UnifiedAuditLog | Export-Csv` put the whole record as JSON into the column
//! `AuditData`; in a message trace or a table of alerts every column is a field.

use crate::error::CollectError;
use crate::rows::{Row, Rows};
use serde_json::{Map, Value};
use std::io::Read;
use weft_runtime::{Reject, Sink, TextReader};

/// Rows at the start that may stand before the header row (`#TYPE ...`).
const MAX_ROWS_BEFORE_HEADER: usize = 5;
/// Columns of a table of alerts.
const ALERT_COLUMNS: [&str; 5] = ["time", "name", "ip", "host", "short"];

/// Where a row holds its record.
enum Header {
    /// As JSON in this column; the other columns repeat parts of it.
    AuditData(usize),
    /// Spread over columns of these names.
    Fields(Vec<String>),
}

/// Reads the `AuditData` column (the name is case-insensitive), or the columns of a message trace or alert table. A row that is damaged or
/// holds no audit record is rejected with a reason (`bad_audit_data`, `truncated_record`, `record_too_large`, or that of the
/// record), and reading goes on with the next line.
///
/// # Errors
/// The input fails; the rows before that were delivered.
pub fn read_csv(input: &mut dyn Read, sink: &mut dyn Sink) -> Result<(), CollectError> {
    let mut text = TextReader::new(input);
    let mut rows = Rows::new(&mut text);
    let header = match find_header(&mut rows) {
        Ok(Some(header)) => header,
        Ok(None) => {
            sink.read();
            sink.reject(Reject { reason: "no_audit_data_column", position: 0, raw: b"" });
            return Ok(());
        }
        Err(source) => return Err(CollectError::Read { position: rows.position(), source }),
    };
    while !sink.stopped() {
        let row = match rows.next_row() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(source) => return Err(CollectError::Read { position: rows.position(), source }),
        };
        sink.read();
        match event_of(&row, &header) {
            Ok(event) => sink.event(event),
            Err(reason) => {
                // An open quote may have swallowed good rows: they are read again.
                let range = if row.is_multi_line { rows.retry_behind_first_line(&row) } else { row.range.clone() };
                sink.reject(Reject { reason, position: row.position, raw: rows.bytes(range) });
            }
        }
    }
    Ok(())
}

fn find_header(rows: &mut Rows<'_>) -> std::io::Result<Option<Header>> {
    for _ in 0..MAX_ROWS_BEFORE_HEADER {
        rows.detect_delimiter()?;
        let Some(row) = rows.next_row()? else { return Ok(None) };
        let Ok(fields) = row.fields else { continue };
        let position = |name: &str| fields.iter().position(|field| field.trim().eq_ignore_ascii_case(name));
        if let Some(column) = position("auditdata") {
            return Ok(Some(Header::AuditData(column)));
        }
        let is_trace = position("senderaddress").is_some() && position("recipientaddress").is_some();
        if is_trace || ALERT_COLUMNS.iter().all(|name| position(name).is_some()) {
            return Ok(Some(Header::Fields(fields.iter().map(|field| field.trim().to_owned()).collect())));
        }
    }
    Ok(None)
}

fn event_of(row: &Row, header: &Header) -> Result<weft_model::Event, &'static str> {
    let fields = row.fields.as_ref().map_err(|reason| *reason)?;
    let column = match header {
        Header::AuditData(column) => *column,
        Header::Fields(names) => {
            let cells = names.iter().cloned().zip(fields.iter().map(|cell| Value::String(cell.clone())));
            let record = Value::Object(Map::from_iter(cells));
            return weft_saas_map::map_record(&record, "").map_err(|error| error.reason());
        }
    };
    let json = fields.get(column).map(String::as_str).filter(|json| !json.trim().is_empty()).ok_or("no_audit_data")?;
    if json.len() > crate::MAX_RECORD_BYTES {
        return Err("record_too_large");
    }
    let record: Value = serde_json::from_str(json).map_err(|_| "bad_audit_data")?;
    weft_saas_map::map_record(&record, json).map_err(|error| error.reason())
}
