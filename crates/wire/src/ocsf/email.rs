//! Email Activity (4009). Addresses that are none by OCSF's pattern, link texts and answered messages travel beside.

use super::format::is_email;
use super::node::Node;
use super::object::put;
use super::record::{Class, Record};
use crate::activity::{DIRECTION, OTHER, id_of, kind_of};
use crate::error::WireError;
use serde_json::{Map, Value, json};
use weft_model::{Attachment, EmailActivity, EmailAuth, EmailDirection, MailLink};

impl Class for EmailActivity {
    const UID: u32 = 4009;
    const NAME: &'static str = "Email Activity";

    fn write(&self, record: &mut Record) {
        record.activity(match self.direction {
            EmailDirection::Unknown => (0, "Unknown"),
            EmailDirection::Outbound => (1, "Send"),
            EmailDirection::Inbound | EmailDirection::Internal => (2, "Receive"),
        });
        let (direction_id, direction) = id_of(DIRECTION, &self.direction);
        record.set("direction_id", direction_id);
        record.set("direction", direction);
        record.set("email", write_email(self));
        if self.auth != EmailAuth::default() {
            let mut auth = Map::new();
            put(&mut auth, "spf", self.auth.spf.as_deref());
            put(&mut auth, "dkim", self.auth.dkim.as_deref());
            put(&mut auth, "dkim_domain", self.auth.dkim_domain.as_deref());
            put(&mut auth, "dmarc", self.auth.dmarc.as_deref());
            record.set("email_auth", auth);
        }
    }

    fn read(record: Node<'_>) -> Result<Self, WireError> {
        let email = record.at("email");
        let auth = record.at("email_auth");
        let from = email.at("from").plain("email.from")?;
        let direction = record.at("direction_id").number("direction_id", "a direction number")?;
        Ok(Self {
            direction: direction.and_then(|id| kind_of(DIRECTION, id)).unwrap_or_default(),
            message_uid: email.at("message_uid").plain("email.message_uid")?,
            from_name: email.at("from_mailbox").text("email.from_mailbox")?.map(|mailbox| display_name(mailbox, &from)).unwrap_or_default(),
            from,
            smtp_from: email.at("smtp_from").owned("email.smtp_from")?,
            reply_to: email.at("reply_to").owned("email.reply_to")?,
            to: email.at("to").texts("email.to")?,
            cc: email.at("cc").texts("email.cc")?,
            smtp_to: email.at("smtp_to").texts("email.smtp_to")?,
            subject: email.at("subject").plain("email.subject")?,
            in_reply_to: Vec::new(),
            origin_ip: match email.at("x_originating_ip").list("email.x_originating_ip")?.next() {
                Some(ip) => ip.ip("email.x_originating_ip")?,
                None => None,
            },
            auth: EmailAuth {
                spf: auth.at("spf").owned("email_auth.spf")?,
                dkim: auth.at("dkim").owned("email_auth.dkim")?,
                dkim_domain: auth.at("dkim_domain").owned("email_auth.dkim_domain")?,
                dmarc: auth.at("dmarc").owned("email_auth.dmarc")?,
            },
            links: email.at("urls").list("email.urls")?.map(read_link).collect::<Result<_, _>>()?,
            attachments: email.at("files").list("email.files")?.map(read_file).collect::<Result<_, _>>()?,
            is_automatic: false,
            size: email.at("size").number("email.size", "bytes")?.unwrap_or(0),
        })
    }
}

fn write_email(mail: &EmailActivity) -> Map<String, Value> {
    let address = |text: &str| is_email(text).then(|| text.to_owned());
    let addresses = |list: &[String]| -> Vec<String> { list.iter().filter_map(|text| address(text)).collect() };
    let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let some = |list: Vec<String>| Some(list).filter(|list| !list.is_empty());
    let mut email = Map::new();
    put(&mut email, "message_uid", filled(&mail.message_uid));
    put(&mut email, "from", address(&mail.from));
    put(&mut email, "from_mailbox", filled(&mail.from_name).map(|name| format!("{name} <{}>", mail.from)));
    put(&mut email, "smtp_from", mail.smtp_from.as_deref().and_then(address));
    put(&mut email, "reply_to", mail.reply_to.as_deref().and_then(address));
    // The schema wants a sender or a list of recipients, so the list is written even when empty.
    put(&mut email, "to", Some(addresses(&mail.to)));
    put(&mut email, "cc", some(addresses(&mail.cc)));
    put(&mut email, "smtp_to", some(addresses(&mail.smtp_to)));
    put(&mut email, "subject", filled(&mail.subject));
    put(&mut email, "x_originating_ip", mail.origin_ip.map(|ip| vec![ip.to_string()]));
    let urls: Vec<Value> = mail.links.iter().map(write_link).collect();
    put(&mut email, "urls", Some(urls).filter(|urls| !urls.is_empty()));
    let files: Vec<Value> = mail.attachments.iter().map(write_file).collect();
    put(&mut email, "files", Some(files).filter(|files| !files.is_empty()));
    put(&mut email, "size", Some(mail.size));
    email
}

/// The display name of a mailbox `name <address>`, or of whatever other producers write there.
fn display_name(mailbox: &str, from: &str) -> String {
    let known = mailbox.strip_suffix('>').and_then(|rest| rest.strip_suffix(from)).and_then(|rest| rest.strip_suffix(" <"));
    let name = known.or_else(|| mailbox.rsplit_once('<').map(|(name, _)| name.trim())).unwrap_or(mailbox);
    if name == from { String::new() } else { name.to_owned() }
}

fn write_link(link: &MailLink) -> Value {
    let mut url = Map::new();
    put(&mut url, "url_string", Some(link.url.as_str()));
    put(&mut url, "hostname", Some(link.host.as_str()).filter(|host| !host.is_empty()));
    Value::Object(url)
}

fn read_link(url: Node<'_>) -> Result<MailLink, WireError> {
    let host = url.at("hostname").plain("email.urls.hostname")?;
    Ok(MailLink { url: url.at("url_string").plain("email.urls.url_string")?, host, text: String::new() })
}

fn write_file(file: &Attachment) -> Value {
    let mut object = Map::new();
    put(&mut object, "name", Some(file.name.as_str()));
    put(&mut object, "type_id", Some(1));
    put(&mut object, "mime_type", Some(file.mime_type.as_str()).filter(|kind| !kind.is_empty()));
    put(&mut object, "size", Some(file.size));
    let hash = Some(file.hash.as_str()).filter(|hash| !hash.is_empty());
    put(&mut object, "hashes", hash.map(|hash| json!([{ "algorithm_id": OTHER, "algorithm": BLAKE3, "value": hash }])));
    Value::Object(object)
}

/// OCSF has no number for it.
const BLAKE3: &str = "BLAKE3";

fn read_file(file: Node<'_>) -> Result<Attachment, WireError> {
    let mut hash = String::new();
    for fingerprint in file.at("hashes").list("email.files.hashes")? {
        if fingerprint.at("algorithm").text("email.files.hashes.algorithm")? == Some(BLAKE3) {
            hash = fingerprint.at("value").plain("email.files.hashes.value")?;
        }
    }
    Ok(Attachment {
        name: file.at("name").plain("email.files.name")?,
        mime_type: file.at("mime_type").plain("email.files.mime_type")?,
        detected_type: None,
        size: file.at("size").number("email.files.size", "bytes")?.unwrap_or(0),
        hash,
    })
}
