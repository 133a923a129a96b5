//! `directory.json` to the directory: SCIM 2.0 users (RFC 7643), as a list response, an array or JSON Lines.

use crate::error::CollectError;
use crate::json_stream::JsonStream;
use crate::people::{People, kept};
use serde_json::Value;
use std::io::Read;
use weft_model::Person;
use weft_runtime::{Reject, Sink, TextReader};

/// RFC 7643 section 4.3.
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// RFC 7643 section 4.1.
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// Reads `userName`, `displayName` (else `name`), `emails`, `title`, `id`, `externalId`, `addresses`, `meta.created` and, of the enterprise
/// extension, `department` and `manager`. Resources that are no users are counted as `not_a_person`.
///
/// # Errors
/// The input fails; then no directory is given.
pub fn read_scim(input: &mut dyn Read, sink: &mut dyn Sink) -> Result<(), CollectError> {
    let mut text = TextReader::new(input);
    let mut stream = JsonStream::with_wrapper(&mut text, &[b"Resources"]);
    let mut people = People::default();
    while !sink.stopped() {
        let piece = match stream.next_piece() {
            Ok(Some(piece)) => piece,
            Ok(None) => break,
            Err(source) => return Err(CollectError::Read { position: stream.position(), source }),
        };
        sink.read();
        if let Err(reason) = piece.record.and_then(|user| take(&user, &mut people)) {
            sink.reject(Reject { reason, position: piece.position, raw: stream.bytes(piece.range) });
        }
    }
    people.give_to(sink);
    Ok(())
}

fn take(user: &Value, people: &mut People) -> Result<(), &'static str> {
    let schemas = user.get("schemas").and_then(Value::as_array);
    if schemas.is_some_and(|schemas| !schemas.iter().any(|schema| schema == USER || schema == ENTERPRISE)) {
        return Err("not_a_person");
    }
    let enterprise = user.get(ENTERPRISE).unwrap_or(&Value::Null);
    let user_name = text(user, "userName");
    let mail = preferred(user, "emails").map(|email| text(email, "value")).unwrap_or_default();
    let mut person = Person {
        display_name: first([text(user, "displayName"), name(user)]),
        object_id: text(user, "id"),
        department: text(enterprise, "department"),
        title: text(user, "title"),
        usual_country: preferred(user, "addresses").map(|address| text(address, "country")).unwrap_or_default(),
        hire_date: user.get("meta").map(|meta| text(meta, "created")).and_then(|at| at.get(..10).map(str::to_owned)).unwrap_or_default(),
        aliases: vec![text(user, "externalId")],
        mail,
        ..Person::default()
    };
    let emails = user.get("emails").and_then(Value::as_array).into_iter().flatten();
    person.aliases.extend(emails.map(|email| text(email, "value")).filter(|address| *address != person.mail));
    if user_name.contains('@') {
        person.user_principal_name = user_name;
    } else {
        person.aliases.push(user_name);
    }
    let manager = match enterprise.get("manager") {
        Some(manager @ Value::Object(_)) => text(manager, "value"),
        // Some providers give the id alone.
        _ => text(enterprise, "manager"),
    };
    people.add(person, text(user, "id"), manager)
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).map(kept).unwrap_or_default()
}

fn first(texts: [String; 2]) -> String {
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

fn name(user: &Value) -> String {
    let name = user.get("name").unwrap_or(&Value::Null);
    first([text(name, "formatted"), format!("{} {}", text(name, "givenName"), text(name, "familyName")).trim().to_owned()])
}

/// Of a multi-valued attribute (RFC 7643 section 2.4) the primary value, else that of work, else the first.
fn preferred<'a>(user: &'a Value, key: &str) -> Option<&'a Value> {
    let values = user.get(key)?.as_array()?;
    let is_primary = |value: &&Value| value.get("primary") == Some(&Value::Bool(true));
    let is_work = |value: &&Value| value.get("type").and_then(Value::as_str) == Some("work");
    values.iter().find(is_primary).or_else(|| values.iter().find(is_work)).or_else(|| values.first())
}
