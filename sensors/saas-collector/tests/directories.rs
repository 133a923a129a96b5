//! Directories as LDIF and SCIM, whole, odd and hostile.

#![allow(clippy::unwrap_used)]

use weft_model::{Directory, Person};
use weft_runtime::Collected;
use weft_saas_collector::{read_ldif, read_scim};

fn ldif(text: &[u8]) -> Collected {
    let mut found = Collected::default();
    read_ldif(&mut &text[..], &mut found).unwrap();
    found
}

fn scim(text: &[u8]) -> Collected {
    let mut found = Collected::default();
    read_scim(&mut &text[..], &mut found).unwrap();
    found
}

#[track_caller]
fn person<'a>(directory: &'a Directory, alias: &str) -> &'a Person {
    directory.person(alias).map(|(_, person)| person).unwrap()
}

fn reasons(found: &Collected) -> Vec<&str> {
    found.rejects.iter().map(|(reason, _)| *reason).collect()
}

const AD: &str = "dn: CN=Ann Lee,OU=People,DC=corp,DC=example\r
changetype: add\r
objectClass: top\r
objectClass: person\r
objectClass: user\r
cn: Ann Lee\r
displayName:: 44Ki44Oz\r
mail: Ann.Lee@corp.example\r
userPrincipalName: ann@corp.example\r
sAMAccountName: alee\r
proxyAddresses: SMTP:Ann.Lee@corp.example\r
proxyAddresses: smtp:sales-lead@corp.example\r
proxyAddresses: X500:/o=corp\r
objectGUID:: AAECAwQFBgcICQoLDA0ODw==\r
objectSid:: AQIAAAAAAAUgAAAAIAIAAA==\r
department: Sales\r
title: Sales\r
  Lead\r
manager: cn=Bob,OU=People,\r
 DC=corp,DC=example\r
whenCreated: 20210401083000.0Z\r
\r
dn: CN=Bob, OU=People,DC=corp,DC=example\r
objectClass: user\r
userPrincipalName: bob@corp.example\r
\r
dn: CN=LT-7,OU=Computers,DC=corp,DC=example\r
objectClass: user\r
objectClass: computer\r
cn: LT-7\r
managedBy: CN=Ann Lee,OU=People,DC=corp,DC=example\r
\r
dn: CN=Staff,DC=corp,DC=example\r
objectClass: group\r
\r
dn: CN=Guest,CN=Users,DC=corp,DC=example\r
objectClass: user\r
sAMAccountName: Guest\r
\r
dn: CN=Bob,OU=People,DC=corp,DC=example\r
changetype: modify\r
replace: title\r
title: Chief\r
-\r
";

#[test]
fn active_directory() {
    let wide: Vec<u8> = AD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for text in [AD.as_bytes(), &[b"\xFF\xFE".as_slice(), &wide].concat()] {
        let found = ldif(text);
        assert_eq!((found.read, reasons(&found)), (6, vec!["not_a_person", "no_address", "ldif_change"]));
        let directory = found.directory.unwrap();
        assert_eq!(directory.len(), 2);
        let ann = person(&directory, "ALEE");
        assert_eq!((ann.display_name.as_str(), ann.title.as_str(), ann.hire_date.as_str()), ("アン", "Sales Lead", "2021-04-01"));
        assert_eq!((ann.department.as_str(), ann.manager.as_str()), ("Sales", "bob@corp.example"));
        for alias in ["sales-lead@corp.example", "s-1-5-32-544", "03020100-0504-0706-0809-0a0b0c0d0e0f", "ann@corp.example"] {
            assert_eq!(person(&directory, alias), ann, "{alias}");
        }
        assert_eq!(directory.owner_of("lt-7"), Some("ann.lee@corp.example"));
    }
}

const ANN: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
 "id":"2819c223","externalId":"E7","userName":"ann@corp.example","name":{"givenName":"Ann","familyName":"Lee"},
 "emails":[{"value":"ann@home.example","type":"home"},{"value":"Ann.Lee@corp.example","type":"work"}],
 "title":"Lead","addresses":[{"country":"JP"}],"meta":{"created":"2021-04-01T08:30:00Z"},
 "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Sales","manager":{"value":"26118915"}}}"#;
const BOB: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"26118915","userName":"bob","emails":[{"value":"bob@corp.example"}]}"#;
const GROUP: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"9","displayName":"Staff"}"#;

#[test]
fn scim_in_every_shape() {
    let list = format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":3,"Resources":[{ANN},{GROUP},{BOB}],"itemsPerPage":3}}"#
    );
    let one_line = ANN.replace('\n', "");
    for text in [list, format!("{one_line}\n{GROUP}\n{BOB}\n"), format!("[{ANN},{GROUP},{BOB}]")] {
        let found = scim(text.as_bytes());
        assert_eq!((found.read, reasons(&found)), (3, vec!["not_a_person"]), "{text}");
        let directory = found.directory.unwrap();
        assert_eq!(directory.len(), 2);
        let ann = person(&directory, "e7");
        assert_eq!((ann.mail.as_str(), ann.display_name.as_str()), ("Ann.Lee@corp.example", "Ann Lee"));
        assert_eq!((ann.department.as_str(), ann.manager.as_str(), ann.usual_country.as_str()), ("Sales", "bob@corp.example", "JP"));
        assert_eq!((ann.hire_date.as_str(), person(&directory, "bob").object_id.as_str()), ("2021-04-01", "26118915"));
        assert_eq!(person(&directory, "ann@home.example"), ann);
        assert!(!directory.is_own_domain("home.example"), "a private address makes no own domain");
    }
}

#[test]
fn damage_is_counted_and_the_rest_read() {
    let found = scim(format!("{{\"id\": oops}}\n{BOB}\n{{\"userName\":7}}\n{}1{}\n", "{\"a\":".repeat(80), "}".repeat(80)).as_bytes());
    assert_eq!(reasons(&found), ["bad_json", "no_address", "nested_too_deep"]);
    assert_eq!(found.directory.unwrap().len(), 1);
    assert!(ldif(b"dn: x\nmail\n").directory.is_none());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]
    /// Anything around a good entry: no panic, the good one is read, and what was read is a person, a device or counted.
    #[test]
    fn hostile_directories(
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
        lines in "((dn|mail|objectSid|objectGUID|manager|changetype|objectClass|[a-z;]{0,4})(:|::|:<| )[ -~é\n]{0,20}\r?\n ?){0,12}",
        json in "[\\[\\]{}\":,\\\\\n a]{0,60}",
    ) {
        let good = b"\n\ndn: cn=ok\nmail: ok@corp.example\n\n".as_slice();
        let found = ldif(&[b"####".as_slice(), &bytes, good, lines.as_bytes(), good].concat());
        assert_eq!(found.directory.as_ref().and_then(|all| all.person("ok@corp.example")).map(|(key, _)| key), Some("ok@corp.example"));
        let rejected = found.rejects.len() as u64;
        assert!(rejected < found.read && found.read - rejected >= found.directory.map_or(0, |all| all.len() as u64));
        let found = scim(&[BOB.as_bytes(), b"\n", json.as_bytes(), b"\n", &bytes, b"\n", BOB.as_bytes(), b"\n"].concat());
        assert!(found.directory.is_some());
    }
}
