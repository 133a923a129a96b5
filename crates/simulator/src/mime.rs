//! Messages as the recipient's mail host stores them: RFC 5322 headers with the Received chain, RFC 8601 results, MIME parts.
//!
//! Must not know who writes to whom about what.

use crate::calendar::{mail_time, mail_time_local};
use crate::rng::Rng;
use std::fmt::Write;
use std::net::Ipv4Addr;

/// An address with its display name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailbox {
    pub name: String,
    pub address: String,
}

impl Mailbox {
    pub fn new(name: &str, address: &str) -> Self {
        Self { name: name.to_owned(), address: address.to_owned() }
    }
    fn header(&self) -> String {
        if self.name.is_empty() { format!("<{}>", self.address) } else { format!("\"{}\" <{}>", self.name.replace('"', "'"), self.address) }
    }
    fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// How a message came.
#[derive(Clone, Debug)]
pub enum Route {
    /// Sent by a mailbox of the company, from the given client address.
    Own { client: Ipv4Addr },
    /// Sent by somebody else.
    Inbound {
        /// Name and address of the server that delivered it.
        server: (String, Ipv4Addr),
        /// Address of the writer's computer, when the sender's server tells it.
        client: Option<Ipv4Addr>,
        /// Results of SPF, DKIM and DMARC.
        results: (&'static str, &'static str, &'static str),
    },
}

/// A link in the text.
#[derive(Clone, Debug)]
pub struct Anchor {
    pub url: String,
    pub text: String,
}

/// A file with the message.
#[derive(Clone, Debug)]
pub struct File {
    pub name: String,
    pub kind: &'static str,
    pub bytes: Vec<u8>,
}

/// A message to be written.
#[derive(Clone, Debug)]
pub struct Letter {
    pub time_ms: i64,
    pub from: Mailbox,
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    pub subject: String,
    pub message_id: String,
    /// Message-IDs of the thread, the one answered last.
    pub references: Vec<String>,
    pub paragraphs: Vec<String>,
    pub anchors: Vec<Anchor>,
    pub files: Vec<File>,
    pub route: Route,
    /// Further header lines (`Name: value`).
    pub headers: Vec<String>,
}

impl Letter {
    /// A letter with empty parts.
    pub fn new(time_ms: i64, from: Mailbox, to: Vec<Mailbox>, subject: &str, route: Route) -> Self {
        Self {
            time_ms,
            from,
            to,
            cc: Vec::new(),
            subject: subject.to_owned(),
            message_id: String::new(),
            references: Vec::new(),
            paragraphs: Vec::new(),
            anchors: Vec::new(),
            files: Vec::new(),
            route,
            headers: Vec::new(),
        }
    }
}

/// A Message-ID (without angle brackets) of Exchange Online.
pub fn exchange_id(rng: &mut Rng) -> String {
    let server = exchange_server(rng);
    format!("{}{}@{}", server.split('.').next().unwrap_or_default(), rng.token(b"0123456789ABCDEF", 26), server)
}

fn exchange_server(rng: &mut Rng) -> String {
    format!(
        "{}PR{:02}MB{:04}.namprd{:02}.prod.outlook.com",
        rng.word(&["DM6", "BN8", "CH2", "SA1", "PH0", "MW4"]),
        rng.below(20),
        rng.below(9_999),
        rng.below(20)
    )
}

/// Base64 of `bytes` in lines of 76 characters (RFC 2045).
pub fn base64(bytes: &[u8], out: &mut String) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let symbol = |bits: u32| ALPHABET.get((bits & 63) as usize).map_or('A', |byte| char::from(*byte));
    let mut column = 0;
    for chunk in bytes.chunks(3) {
        let mut group = chunk.iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
        group <<= 8 * (3 - chunk.len() as u32);
        for place in 0..4u32 {
            out.push(if place as usize <= chunk.len() { symbol(group >> (18 - 6 * place)) } else { '=' });
        }
        column += 4;
        if column == 76 {
            out.push_str("\r\n");
            column = 0;
        }
    }
    if column > 0 {
        out.push_str("\r\n");
    }
}

fn list(people: &[Mailbox]) -> String {
    people.iter().map(Mailbox::header).collect::<Vec<_>>().join(",\r\n\t")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn received(letter: &Letter, recipient_domain: &str, head: &mut String, rng: &mut Rng) {
    let (inner, outer) = (exchange_server(rng), exchange_server(rng));
    let at = |seconds: i64| mail_time(letter.time_ms + seconds * 1000);
    let short = |server: &str| server.split('.').next().unwrap_or_default().to_owned();
    let _ = write!(
        head,
        "Received: from {outer} (2603:10b6:{:x}:{:x}::{:x})\r\n by {inner} with HTTPS; {}\r\n",
        rng.below(4_000),
        rng.below(4_000),
        rng.below(40),
        at(3)
    );
    match &letter.route {
        Route::Own { client } => {
            let _ = write!(
                head,
                "Received: from {outer}\r\n ([fe80::{:x}:{:x}:{:x}:{:x}]) by {outer}\r\n ([fe80::{:x}%{}]) with mapi id 15.20.7386.019;\r\n {}\r\n",
                rng.below(65_000),
                rng.below(65_000),
                rng.below(65_000),
                rng.below(65_000),
                rng.below(65_000),
                rng.below(9),
                at(1)
            );
            let domain = letter.from.domain();
            let _ = write!(
                head,
                "Authentication-Results: dkim=none (message not signed)\r\n header.d=none;dmarc=none action=none header.from={domain};\r\n"
            );
            let _ = write!(
                head,
                "X-Originating-IP: [{client}]\r\nX-MS-Exchange-Organization-AuthAs: Internal\r\nX-MS-Exchange-Organization-SCL: -1\r\n"
            );
        }
        Route::Inbound { server, client, results } => {
            let gateway = format!("{}.mail.protection.outlook.com", short(&inner).to_lowercase());
            let _ = write!(
                head,
                "Received: from {} ({})\r\n by {gateway} (10.167.{}.{}) with Microsoft SMTP Server\r\n (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.7386.12\r\n via Frontend Transport; {}\r\n",
                server.0,
                server.1,
                rng.below(250),
                rng.range(2, 250),
                at(2)
            );
            let domain = letter.from.domain();
            let (spf, dkim, dmarc) = results;
            let verdict = match *spf {
                "pass" => format!("designates {} as permitted sender", server.1),
                _ => format!("does not designate {} as permitted sender", server.1),
            };
            let _ = write!(
                head,
                "Received-SPF: {} (protection.outlook.com: domain of {domain}\r\n {verdict}) receiver=protection.outlook.com; client-ip={};\r\n",
                capital(spf),
                server.1
            );
            let signed = if *dkim == "pass" {
                format!("dkim=pass (signature was verified)\r\n header.d={domain}")
            } else {
                "dkim=none (message not signed)\r\n header.d=none".to_owned()
            };
            let _ = write!(
                head,
                "Authentication-Results: spf={spf} (sender IP is {})\r\n smtp.mailfrom={domain}; {signed};dmarc={dmarc} action=none\r\n header.from={domain};compauth={} reason=100\r\n",
                server.1,
                if *dmarc == "pass" { "pass" } else { "none" }
            );
            if *dkim == "pass" {
                let _ = write!(
                    head,
                    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s1;\r\n h=From:Date:Subject:Message-ID:Content-Type:MIME-Version;\r\n bh={}=;\r\n b={}==\r\n",
                    rng.token(B64, 43),
                    rng.token(B64, 86)
                );
            }
            if let Some(client) = client {
                let _ = write!(
                    head,
                    "Received: from [192.168.{}.{}] (unknown [{client}])\r\n by {} (Postfix) with ESMTPSA id {}\r\n for <{}>; {}\r\n",
                    rng.below(3),
                    rng.range(2, 250),
                    server.0,
                    rng.token(b"0123456789ABCDEF", 11),
                    letter.to.first().map_or(recipient_domain, |to| to.address.as_str()),
                    at(0)
                );
            }
        }
    }
}

const B64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The header lines that every message has.
pub fn head(letter: &Letter, rng: &mut Rng) -> String {
    let mut head = String::with_capacity(3_000);
    let recipient_domain = letter.to.first().map_or("", Mailbox::domain).to_owned();
    received(letter, &recipient_domain, &mut head, rng);
    let _ = write!(head, "From: {}\r\nTo: {}\r\n", letter.from.header(), list(&letter.to));
    if !letter.cc.is_empty() {
        let _ = write!(head, "CC: {}\r\n", list(&letter.cc));
    }
    let date = if matches!(letter.route, Route::Own { .. }) { mail_time(letter.time_ms) } else { mail_time_local(letter.time_ms) };
    let _ = write!(head, "Subject: {}\r\nDate: {date}\r\nMessage-ID: <{}>\r\n", letter.subject, letter.message_id);
    if let Some(last) = letter.references.last() {
        let all = letter.references.iter().map(|id| format!("<{id}>")).collect::<Vec<_>>().join("\r\n ");
        let _ = write!(head, "In-Reply-To: <{last}>\r\nReferences: {all}\r\n");
    }
    let _ = write!(head, "Return-Path: {}\r\n", letter.from.address);
    for line in &letter.headers {
        let _ = write!(head, "{line}\r\n");
    }
    head.push_str("MIME-Version: 1.0\r\n");
    head
}

/// The whole message, lines ended by CRLF.
pub fn write(letter: &Letter, rng: &mut Rng) -> Vec<u8> {
    let mut out = head(letter, rng);
    let (mixed, alternative) = (format!("_004_{}_", rng.hex(24)), format!("_000_{}_", rng.hex(24)));
    if !letter.files.is_empty() {
        let _ = write!(out, "Content-Type: multipart/mixed;\r\n\tboundary=\"{mixed}\"\r\n\r\n--{mixed}\r\n");
    }
    let _ = write!(out, "Content-Type: multipart/alternative;\r\n\tboundary=\"{alternative}\"\r\n\r\n");
    let _ = write!(out, "--{alternative}\r\nContent-Type: text/plain; charset=\"us-ascii\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n");
    for paragraph in &letter.paragraphs {
        let _ = write!(out, "{paragraph}\r\n\r\n");
    }
    for anchor in &letter.anchors {
        let _ = write!(out, "{}<{}>\r\n", anchor.text, anchor.url);
    }
    let _ = write!(
        out,
        "\r\n--{alternative}\r\nContent-Type: text/html; charset=\"us-ascii\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=us-ascii\">\r\n</head><body>\r\n"
    );
    for paragraph in &letter.paragraphs {
        let _ = write!(out, "<p>{}</p>\r\n", escape(paragraph));
    }
    for anchor in &letter.anchors {
        let _ = write!(out, "<p><a href=\"{}\">{}</a></p>\r\n", escape(&anchor.url), escape(&anchor.text));
    }
    let _ = write!(out, "</body></html>\r\n\r\n--{alternative}--\r\n");
    for file in &letter.files {
        let _ = write!(
            out,
            "\r\n--{mixed}\r\nContent-Type: {}; name=\"{}\"\r\nContent-Disposition: attachment; filename=\"{}\"; size={}\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            file.kind,
            file.name,
            file.name,
            file.bytes.len()
        );
        base64(&file.bytes, &mut out);
    }
    if !letter.files.is_empty() {
        let _ = write!(out, "\r\n--{mixed}--\r\n");
    }
    out.into_bytes()
}

/// A PDF-like file of about `size` bytes.
pub fn pdf(name: &str, size: usize, rng: &mut Rng) -> File {
    let mut bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\nstream\n".to_vec();
    bytes.extend_from_slice(&rng.bytes(size));
    bytes.extend_from_slice(b"\nendstream\ntrailer << /Root 1 0 R >>\n%%EOF\n");
    File { name: format!("{name}.pdf"), kind: "application/pdf", bytes }
}

/// A Word-like file (a ZIP with the usual first entries, stored) of about `size` bytes.
pub fn docx(name: &str, size: usize, rng: &mut Rng) -> File {
    let mut bytes = Vec::new();
    for (entry, length) in [("[Content_Types].xml", 300), ("_rels/.rels", 200), ("word/document.xml", size)] {
        bytes.extend_from_slice(b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0");
        bytes.extend_from_slice(&rng.bytes(4));
        bytes.extend_from_slice(&(length as u32).to_le_bytes());
        bytes.extend_from_slice(&(length as u32).to_le_bytes());
        bytes.extend_from_slice(&(entry.len() as u16).to_le_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(entry.as_bytes());
        bytes.extend_from_slice(&rng.bytes(length));
    }
    File { name: format!("{name}.docx"), kind: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_has_the_known_forms() {
        for (bytes, text) in [(&b"f"[..], "Zg=="), (b"fo", "Zm8="), (b"foo", "Zm9v"), (b"foobar", "Zm9vYmFy")] {
            let mut out = String::new();
            base64(bytes, &mut out);
            assert_eq!(out.trim_end(), text);
        }
    }
}
