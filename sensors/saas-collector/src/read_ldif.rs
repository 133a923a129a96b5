//! `directory.ldif` to the directory: people and devices as Active Directory (`ldifde`) and LDAP servers (`ldapsearch`, `slapcat`) export them.

use crate::error::CollectError;
use crate::ldif::{LdifReader, Values};
use crate::people::{People, kept};
use std::io::{BufReader, Read};
use weft_model::Person;
use weft_runtime::{Reject, Sink, TextReader};

/// Reads people (`displayName` or `cn`, `mail`, `userPrincipalName`, `proxyAddresses`, `sAMAccountName` or `uid`, `objectGUID` or `entryUUID`,
/// `objectSid`, `department` or `ou`, `title`, `manager`, `c`, `whenCreated`), and computers by `managedBy`: one of theirs becomes a person's
/// device. The attributes are those of RFC 4519, RFC 2798 and
/// <https://learn.microsoft.com/en-us/windows/win32/adschema/attributes-all>. What is neither is counted as `not_a_person`.
///
/// # Errors
/// The input fails; then no directory is given.
pub fn read_ldif(input: &mut dyn Read, sink: &mut dyn Sink) -> Result<(), CollectError> {
    let mut reader = LdifReader::new(BufReader::new(TextReader::new(input)));
    let mut people = People::default();
    while !sink.stopped() {
        let entry = match reader.next_entry() {
            Ok(Some(entry)) => entry,
            Ok(None) => break,
            Err(source) => return Err(CollectError::Read { position: reader.position(), source }),
        };
        sink.read();
        if let Err(reason) = entry.values.and_then(|values| take(&Attributes(values), &mut people)) {
            sink.reject(Reject { reason, position: entry.position, raw: &entry.raw });
        }
    }
    people.give_to(sink);
    Ok(())
}

struct Attributes(Values);

impl Attributes {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_slice())
    }
    /// The first value of the first of `names` that has one.
    fn bytes(&self, names: &[&str]) -> &[u8] {
        names
            .iter()
            .find_map(|name| self.0.iter().find(|(known, value)| known == name && !value.is_empty()))
            .map_or(&[], |(_, value)| value)
    }
    fn text(&self, names: &[&str]) -> String {
        text(self.bytes(names))
    }
    fn is_a(&self, classes: &[&str]) -> bool {
        self.all("objectclass").any(|class| classes.iter().any(|known| class.eq_ignore_ascii_case(known.as_bytes())))
    }
}

fn take(entry: &Attributes, people: &mut People) -> Result<(), &'static str> {
    let reference = distinguished_name(entry.bytes(&["dn"]));
    if entry.is_a(&["computer"]) {
        let owner = distinguished_name(entry.bytes(&["managedby"]));
        return if owner.is_empty() { Err("not_a_person") } else { people.add_device(entry.text(&["cn"]), owner) };
    }
    let is_person = entry.is_a(&["person", "user", "inetorgperson", "organizationalperson"]) && !entry.is_a(&["contact"]);
    if !is_person && entry.all("objectclass").next().is_some() {
        return Err("not_a_person");
    }
    let mut mails = entry.all("mail").map(text);
    let mut person = Person {
        display_name: entry.text(&["displayname", "cn"]),
        mail: mails.next().unwrap_or_default(),
        user_principal_name: entry.text(&["userprincipalname"]),
        object_id: guid(entry.bytes(&["objectguid", "entryuuid"])),
        department: entry.text(&["department", "ou"]),
        title: entry.text(&["title"]),
        usual_country: entry.text(&["c"]),
        hire_date: date(&entry.text(&["whencreated", "createtimestamp"])),
        ..Person::default()
    };
    person.aliases.extend(mails);
    person.aliases.extend([entry.text(&["samaccountname"]), entry.text(&["uid"]), sid(entry.bytes(&["objectsid"]))]);
    for address in entry.all("proxyaddresses").map(text) {
        // `SMTP:` in capitals is the main address.
        match address.split_once(':') {
            Some(("SMTP", address)) if person.mail.is_empty() => person.mail = address.to_owned(),
            Some((kind, address)) if kind.eq_ignore_ascii_case("smtp") => person.aliases.push(address.to_owned()),
            _ => {}
        }
    }
    people.add(person, reference, distinguished_name(entry.bytes(&["manager"])))
}

fn text(value: &[u8]) -> String {
    kept(&String::from_utf8_lossy(value))
}

/// A distinguished name (RFC 4514) as it compares: letters' case and spaces around commas mean nothing.
fn distinguished_name(value: &[u8]) -> String {
    text(value).to_lowercase().split(',').map(str::trim).collect::<Vec<_>>().join(",")
}

/// An `objectGUID` ([MS-DTYP] section 2.3.4: the first three fields are little-endian) as text; text stays.
fn guid(value: &[u8]) -> String {
    let Ok(bytes) = <[u8; 16]>::try_from(value) else { return text(value).to_lowercase() };
    let [a0, a1, a2, a3, b0, b1, c0, c1, d0, d1, rest @ ..] = bytes;
    let node: String = rest.iter().map(|byte| format!("{byte:02x}")).collect();
    let (a, b, c) = (u32::from_le_bytes([a0, a1, a2, a3]), u16::from_le_bytes([b0, b1]), u16::from_le_bytes([c0, c1]));
    format!("{a:08x}-{b:04x}-{c:04x}-{d0:02x}{d1:02x}-{node}")
}

/// An `objectSid` ([MS-DTYP] section 2.4.2) as `S-1-5-21-...`; text stays, damage gives nothing.
fn sid(value: &[u8]) -> String {
    let [1, count @ 0..=15, a, b, c, d, e, f, rest @ ..] = value else {
        return if value.starts_with(b"S-1-") { text(value) } else { String::new() };
    };
    if rest.len() != usize::from(*count).saturating_mul(4) {
        return String::new();
    }
    let authority = u64::from_be_bytes([0, 0, *a, *b, *c, *d, *e, *f]);
    let parts = rest.chunks_exact(4).filter_map(|part| <[u8; 4]>::try_from(part).ok());
    parts.fold(format!("S-1-{authority}"), |sid, part| format!("{sid}-{}", u32::from_le_bytes(part)))
}

/// The day of a generalised time (RFC 4517 section 3.3.13), `20240318091500.0Z`, as `2024-03-18`.
fn date(time: &str) -> String {
    let digits = time.get(..8).filter(|day| day.bytes().all(|byte| byte.is_ascii_digit())).unwrap_or_default();
    match (digits.get(..4), digits.get(4..6), digits.get(6..)) {
        (Some(year), Some(month), Some(day)) => format!("{year}-{month}-{day}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_identifiers() {
        let bytes: Vec<u8> = (0..16).collect();
        assert_eq!(guid(&bytes), "03020100-0504-0706-0809-0a0b0c0d0e0f");
        let sid_bytes = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0];
        assert_eq!(sid(&sid_bytes), "S-1-5-32-544", "the well-known administrators");
        assert_eq!(sid(&sid_bytes[..12]), "");
        assert_eq!(date("20240318091500.0Z"), "2024-03-18");
        assert_eq!(date("yesterday"), "");
    }
}
