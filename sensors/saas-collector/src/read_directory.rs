//! `directory.csv` to the directory: people, their groups and their devices.

use crate::error::CollectError;
use crate::people::{People, kept};
use crate::rows::Rows;
use std::io::Read;
use weft_model::Person;
use weft_runtime::{Reject, Sink, TextReader};

/// Reads the columns displayName, mail, userPrincipalName, objectId, department, title, manager, usualCountry, deviceHostName and
/// hireDate: any subset in any order, names case-insensitive, other columns ignored. A row without any address is rejected. The
/// directory is given to the sink once, at the end, and not at all when there is no known column.
///
/// # Errors
/// The input fails; then no directory is given.
pub fn read_directory(input: &mut dyn Read, sink: &mut dyn Sink) -> Result<(), CollectError> {
    let mut text = TextReader::new(input);
    let mut rows = Rows::new(&mut text);
    let mut people = People::default();
    let mut read = || -> std::io::Result<()> {
        rows.detect_delimiter()?;
        let header = rows.next_row()?.and_then(|row| row.fields.ok()).unwrap_or_default();
        let columns: Vec<Option<Column>> = header.iter().map(|name| column(name)).collect();
        if columns.iter().all(Option::is_none) {
            sink.read();
            sink.reject(Reject { reason: "no_directory_columns", position: 0, raw: b"" });
            return Ok(());
        }
        while !sink.stopped() {
            let Some(row) = rows.next_row()? else { break };
            sink.read();
            let person = row.fields.as_ref().map_err(|reason| *reason).map(|fields| person(&columns, fields));
            let added = person.and_then(|person| people.add(person, String::new(), String::new()));
            if let Err(reason) = added {
                let range = if row.is_multi_line { rows.retry_behind_first_line(&row) } else { row.range.clone() };
                sink.reject(Reject { reason, position: row.position, raw: rows.bytes(range) });
            }
        }
        Ok(())
    };
    read().map_err(|source| CollectError::Read { position: rows.position(), source })?;
    people.give_to(sink);
    Ok(())
}

type Column = fn(&mut Person) -> &mut String;

fn column(name: &str) -> Option<Column> {
    Some(match name.trim().to_lowercase().as_str() {
        "displayname" => |person| &mut person.display_name,
        "mail" => |person| &mut person.mail,
        "userprincipalname" => |person| &mut person.user_principal_name,
        "objectid" => |person| &mut person.object_id,
        "department" => |person| &mut person.department,
        "title" => |person| &mut person.title,
        "manager" => |person| &mut person.manager,
        "usualcountry" => |person| &mut person.usual_country,
        "devicehostname" => |person| &mut person.device_host_name,
        "hiredate" => |person| &mut person.hire_date,
        _ => return None,
    })
}

fn person(columns: &[Option<Column>], fields: &[String]) -> Person {
    let mut person = Person::default();
    for (column, field) in columns.iter().zip(fields) {
        if let Some(column) = column {
            *column(&mut person) = kept(field);
        }
    }
    person
}
