//! Entities of Microsoft alerts: those of Sentinel ("Entity types reference") and the evidence of Graph and Defender, by the words of
//! their type. Addresses that are a device's own (its last internal or external one) say nothing about the alert and are left out.

use super::involve;
use crate::account::{address, is_guid};
use crate::field::{get, list, str_at};
use serde_json::Value;
use std::collections::BTreeSet;
use weft_model::{Involved, InvolvedKind};

/// Entities looked at.
const MAX_ENTITIES: usize = 512;
/// Accounts of Windows itself: nobody's.
const WINDOWS_DOMAINS: [&str; 4] = ["nt authority", "nt service", "window manager", "font driver host"];
/// Hash algorithms, strongest first.
const HASHES: [&str; 3] = ["sha256", "sha1", "md5"];

/// Reads all entities of an alert.
pub fn involve_all(entities: &[Value], involved: &mut Vec<Involved>) {
    let own: BTreeSet<&str> = entities
        .iter()
        .flat_map(|entity| ["LastExternalIpAddress", "LastIpAddress"].map(|key| get(entity, key)))
        .flatten()
        .filter_map(|ip| ip.as_str().or_else(|| ip.get("Address")?.as_str()))
        .collect();
    // An address may be given once and referred to by number elsewhere.
    let own_ids: BTreeSet<&str> = entities
        .iter()
        .flat_map(|entity| ["LastExternalIpAddress", "LastIpAddress"].map(|key| get(entity, key)))
        .flatten()
        .filter_map(|ip| ip.get("$ref")?.as_str())
        .collect();
    for entity in entities.iter().take(MAX_ENTITIES) {
        if entity.get("$id").and_then(Value::as_str).is_some_and(|id| own_ids.contains(id)) {
            continue;
        }
        one(entity, &own, involved);
    }
}

fn one(entity: &Value, own: &BTreeSet<&str>, involved: &mut Vec<Involved>) {
    let word = ["Type", "@odata.type", "entityType"].iter().find_map(|key| str_at(entity, key)).unwrap_or_default();
    let word = word.rsplit('.').next().unwrap_or(word).to_ascii_lowercase();
    match word.strip_suffix("evidence").unwrap_or(&word) {
        "account" | "user" => involve(InvolvedKind::User, user(entity), involved),
        "mailbox" => involve(InvolvedKind::User, mailbox(entity), involved),
        "host" | "device" | "machine" => involve(InvolvedKind::Device, device(entity), involved),
        "ip" => {
            let ip = str_at(entity, "Address").or_else(|| str_at(entity, "ipAddress")).filter(|ip| !own.contains(ip));
            involve(InvolvedKind::Ip, ip.and_then(|ip| crate::address::parse(ip)?.ip).map(|ip| ip.to_string()), involved);
        }
        "url" => involve(InvolvedKind::Url, texts(entity, &["Url"]).into_iter().take(1), involved),
        "dns" | "domain" => involve(InvolvedKind::Domain, texts(entity, &["DomainName"]).into_iter().map(|d| d.to_lowercase()), involved),
        "file" => involve(InvolvedKind::File, file(entity), involved),
        "process" => involve(InvolvedKind::Process, process(entity), involved),
        "mailmessage" | "analyzedmessage" => message(entity, involved),
        "cloud-application" | "cloudapplication" | "oauth-application" | "oauthapplication" => {
            involve(InvolvedKind::App, texts(entity, &["Name", "displayName"]).into_iter().take(1), involved);
        }
        _ => {}
    }
}

fn texts(entity: &Value, keys: &[&str]) -> Vec<String> {
    keys.iter().filter_map(|key| str_at(entity, key).map(str::to_owned)).collect()
}

/// Names of an account, the address first; none for Windows' own.
fn user(entity: &Value) -> Vec<String> {
    let entity = get(entity, "userAccount").unwrap_or(entity);
    let name = ["AccountName", "Name"].iter().find_map(|key| str_at(entity, key));
    let domain = ["NTDomain", "DomainName"].iter().find_map(|key| str_at(entity, key));
    if domain.is_some_and(|domain| WINDOWS_DOMAINS.contains(&domain.to_lowercase().as_str())) {
        return Vec::new();
    }
    let mut names: Vec<String> = texts(entity, &["UserPrincipalName", "Upn"]).iter().filter_map(|name| address(name)).collect();
    let suffix = str_at(entity, "UPNSuffix");
    names.extend(name.zip(suffix).and_then(|(name, suffix)| address(&format!("{name}@{suffix}"))));
    names.extend(texts(entity, &["AadUserId", "azureAdUserId", "AadId"]).into_iter().filter(|id| is_guid(id)).map(|id| id.to_lowercase()));
    names.extend(texts(entity, &["Sid", "userSid"]).into_iter().filter(|sid| sid.len() > 20));
    names.extend(name.zip(domain).map(|(name, domain)| format!("{domain}\\{name}").to_lowercase()));
    names
}

fn mailbox(entity: &Value) -> Vec<String> {
    let mut names: Vec<String> =
        texts(entity, &["MailboxPrimaryAddress", "primaryAddress", "Upn"]).iter().filter_map(|name| address(name)).collect();
    names.extend(texts(entity, &["AadId"]).into_iter().filter(|id| is_guid(id)).map(|id| id.to_lowercase()));
    names
}

/// The host name without its domain: the network knows machines by it.
fn device(entity: &Value) -> Vec<String> {
    let names = texts(entity, &["HostName", "NetBiosName", "deviceDnsName", "computerDnsName", "FQDN"]);
    let short = names.first().map(|name| name.split('.').next().unwrap_or(name).to_lowercase());
    short.into_iter().chain(names.into_iter().map(|name| name.to_lowercase())).collect()
}

fn file(entity: &Value) -> Vec<String> {
    let details = get(entity, "fileDetails").unwrap_or(entity);
    let of_list = |wanted: &str| {
        list(details, "FileHashes")
            .find(|hash| str_at(hash, "Algorithm").is_some_and(|word| word.eq_ignore_ascii_case(wanted)))
            .and_then(|hash| str_at(hash, "Value"))
    };
    let hashes = HASHES.iter().filter_map(|wanted| of_list(wanted).or_else(|| str_at(details, wanted))).map(str::to_lowercase);
    hashes.chain(texts(details, &["Name", "fileName"])).collect()
}

fn process(entity: &Value) -> Option<String> {
    let id = get(entity, "ProcessId")?;
    let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    let image = get(entity, "ImageFile").and_then(|file| str_at(file, "Name").or_else(|| str_at(file, "fileName")));
    Some(format!("{} {id}", image.unwrap_or("process")))
}

fn message(entity: &Value, involved: &mut Vec<Involved>) {
    let id = ["InternetMessageId", "NetworkMessageId"].iter().find_map(|key| str_at(entity, key));
    involve(InvolvedKind::Message, id.map(|id| id.trim_matches(['<', '>']).to_owned()), involved);
    let of_graph = get(entity, "p2Sender").or_else(|| get(entity, "p1Sender")).and_then(|sender| str_at(sender, "emailAddress"));
    let sender = ["P2Sender", "Sender", "P1Sender"].iter().find_map(|key| str_at(entity, key)).or(of_graph);
    involve(InvolvedKind::Sender, sender.and_then(address), involved);
    let recipients = texts(entity, &["Recipient", "recipientEmailAddress"]);
    involve(InvolvedKind::User, recipients.iter().filter_map(|name| address(name)), involved);
    let ip = str_at(entity, "SenderIP").and_then(|ip| crate::address::parse(ip)?.ip);
    involve(InvolvedKind::Ip, ip.map(|ip| ip.to_string()), involved);
    for url in list(entity, "Urls").filter_map(Value::as_str) {
        involve(InvolvedKind::Url, [url.to_owned()], involved);
    }
}
