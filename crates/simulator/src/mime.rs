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
    fn header(&self, charset: Charset) -> String {
        if self.name.is_empty() {
            format!("<{}>", self.address)
        } else if self.name.is_ascii() {
            format!("\"{}\" <{}>", self.name.replace('"', "'"), self.address)
        } else {
            format!("{} <{}>", charset.words(&self.name), self.address)
        }
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

/// How a message writes what is not ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    Utf8,
    /// RFC 1468, still usual in Japan.
    Iso2022Jp,
}

impl Charset {
    fn name(self) -> &'static str {
        if self == Self::Utf8 { "utf-8" } else { "iso-2022-jp" }
    }

    fn bytes(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Iso2022Jp => encoding_rs::ISO_2022_JP.encode(text).0.into_owned(),
        }
    }

    /// `text` as it stands in a header: encoded words (RFC 2047) of at most 75 characters when it is not ASCII.
    pub fn words(self, text: &str) -> String {
        if text.is_ascii() {
            return text.to_owned();
        }
        let letters: Vec<char> = text.chars().collect();
        let words = letters.chunks(10).map(|chunk| {
            let mut encoded = String::new();
            base64(&self.bytes(&chunk.iter().collect::<String>()), &mut encoded);
            format!("=?{}?B?{}?=", self.name(), encoded.trim_end())
        });
        words.collect::<Vec<_>>().join("\r\n ")
    }

    /// Headers and content of a text part.
    fn part(self, kind: &str, text: &str, out: &mut String) {
        if text.is_ascii() {
            let _ = write!(out, "Content-Type: text/{kind}; charset=\"us-ascii\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{text}");
            return;
        }
        let _ = write!(out, "Content-Type: text/{kind}; charset=\"{}\"\r\n", self.name());
        match self {
            Self::Utf8 => {
                out.push_str("Content-Transfer-Encoding: base64\r\n\r\n");
                base64(text.as_bytes(), out);
            }
            Self::Iso2022Jp => {
                out.push_str("Content-Transfer-Encoding: 7bit\r\n\r\n");
                out.push_str(&String::from_utf8_lossy(&self.bytes(text)));
            }
        }
    }
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
    pub kind: std::borrow::Cow<'static, str>,
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
    /// How text that is not ASCII is written.
    pub charset: Charset,
    /// The writer's time zone, minutes ahead of UTC.
    pub zone_min: i64,
    /// A `text/calendar` part: its method and content.
    pub calendar: Option<(&'static str, String)>,
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
            charset: Charset::Utf8,
            zone_min: crate::calendar::UTC_OFFSET_H * 60,
            calendar: None,
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

fn list(people: &[Mailbox], charset: Charset) -> String {
    people.iter().map(|person| person.header(charset)).collect::<Vec<_>>().join(",\r\n\t")
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
    let _ = write!(head, "From: {}\r\nTo: {}\r\n", letter.from.header(letter.charset), list(&letter.to, letter.charset));
    if !letter.cc.is_empty() {
        let _ = write!(head, "CC: {}\r\n", list(&letter.cc, letter.charset));
    }
    let date = if matches!(letter.route, Route::Own { .. }) {
        mail_time(letter.time_ms)
    } else {
        mail_time_local(letter.time_ms, letter.zone_min)
    };
    let _ = write!(head, "Subject: {}\r\nDate: {date}\r\nMessage-ID: <{}>\r\n", letter.charset.words(&letter.subject), letter.message_id);
    if let Some(last) = letter.references.last() {
        let all = letter.references.iter().map(|id| format!("<{id}>")).collect::<Vec<_>>().join("\r\n ");
        let _ = write!(head, "In-Reply-To: <{last}>\r\nReferences: {all}\r\n");
    }
    let _ = write!(head, "Return-Path: {}\r\n", letter.from.address);
    for line in &letter.headers {
        let _ = write!(head, "{line}\r\n");
    }
    // The filter's opaque notes, as long as it likes.
    let length = 300 + (rng.exponential(1_100.0) as usize).min(5_000);
    let _ = write!(head, "X-Microsoft-Antispam-Message-Info:\r\n");
    for line in 0..length.div_ceil(76) {
        let _ = write!(head, "\t{}\r\n", rng.token(B64, 76.min(length - line * 76)));
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
    let (mut plain, mut html) = (String::with_capacity(1_000), String::with_capacity(2_000));
    let _ = write!(
        html,
        "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset={}\">\r\n</head><body>\r\n",
        if letter.paragraphs.iter().all(|text| text.is_ascii()) { "us-ascii" } else { letter.charset.name() }
    );
    for paragraph in &letter.paragraphs {
        let _ = write!(plain, "{paragraph}\r\n\r\n");
        let _ = write!(html, "<p>{}</p>\r\n", escape(paragraph));
    }
    for anchor in &letter.anchors {
        let _ = write!(plain, "{}<{}>\r\n", anchor.text, anchor.url);
        let _ = write!(html, "<p><a href=\"{}\">{}</a></p>\r\n", escape(&anchor.url), escape(&anchor.text));
    }
    html.push_str("</body></html>\r\n");
    let _ = write!(out, "--{alternative}\r\n");
    letter.charset.part("plain", &plain, &mut out);
    let _ = write!(out, "\r\n--{alternative}\r\n");
    letter.charset.part("html", &html, &mut out);
    if let Some((method, text)) = &letter.calendar {
        let _ = write!(
            out,
            "\r\n--{alternative}\r\nContent-Type: text/calendar; charset=\"utf-8\"; method={method}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        );
        base64(text.as_bytes(), &mut out);
    }
    let _ = write!(out, "\r\n--{alternative}--\r\n");
    for file in &letter.files {
        let _ = write!(
            out,
            "\r\n--{mixed}\r\nContent-Type: {}; name=\"{}\"\r\nContent-Disposition: attachment; filename=\"{}\"; size={}\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            file.kind,
            letter.charset.words(&file.name),
            letter.charset.words(&file.name),
            file.bytes.len()
        );
        base64(&file.bytes, &mut out);
    }
    if !letter.files.is_empty() {
        let _ = write!(out, "\r\n--{mixed}--\r\n");
    }
    out.into_bytes()
}

/// A Message-ID of a mail program or server that is not Exchange's; each `domain` keeps to one style.
pub fn outside_id(domain: &str, at_ms: i64, rng: &mut Rng) -> String {
    let style = domain.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % 6;
    match style {
        0 => format!("{}@{domain}", rng.uuid()),
        1 => format!("{}.{}.JavaMail.{}@{domain}", rng.below(900_000_000) + 99_999_999, at_ms, rng.word(&["app", "root", "svc"])),
        2 => format!("CA{}={}@mail.{domain}", rng.token(TOKEN, 32), rng.token(TOKEN, 16)),
        3 => format!("{}.{}@{domain}", crate::calendar::compact(at_ms), rng.token(b"0123456789ABCDEF", 10)),
        4 => format!("{}@{domain}", rng.hex(rng_length(domain))),
        _ => format!("{}$@{domain}", [8, 8, 8].map(|length| rng.hex(length)).join("$")),
    }
}

fn rng_length(domain: &str) -> usize {
    24 + domain.len() % 5 * 4
}

const TOKEN: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+";

/// A PDF-like file of about `size` bytes.
pub fn pdf(name: &str, size: usize, rng: &mut Rng) -> File {
    let mut bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\nstream\n".to_vec();
    bytes.extend_from_slice(&rng.bytes(size));
    bytes.extend_from_slice(b"\nendstream\ntrailer << /Root 1 0 R >>\n%%EOF\n");
    File { name: format!("{name}.pdf"), kind: "application/pdf".into(), bytes }
}

/// What is packed into a file with ZIP's container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Package {
    Word,
    Excel,
    PowerPoint,
    Zip,
}

/// A file with ZIP's container (its first entries, stored) of about `size` bytes.
pub fn package(kind: Package, name: &str, size: usize, rng: &mut Rng) -> File {
    const OFFICE: &str = "application/vnd.openxmlformats-officedocument";
    let (extension, mime, main) = match kind {
        Package::Word => ("docx", "wordprocessingml.document", "word/document.xml"),
        Package::Excel => ("xlsx", "spreadsheetml.sheet", "xl/workbook.xml"),
        Package::PowerPoint => ("pptx", "presentationml.presentation", "ppt/presentation.xml"),
        Package::Zip => ("zip", "", "figures/export.csv"),
    };
    let mut bytes = Vec::new();
    let head = [("[Content_Types].xml", 300), ("_rels/.rels", 200)];
    let entries = head.into_iter().filter(|_| kind != Package::Zip).chain([(main, size)]);
    for (entry, length) in entries {
        bytes.extend_from_slice(b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0");
        bytes.extend_from_slice(&rng.bytes(4));
        bytes.extend_from_slice(&(length as u32).to_le_bytes());
        bytes.extend_from_slice(&(length as u32).to_le_bytes());
        bytes.extend_from_slice(&(entry.len() as u16).to_le_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(entry.as_bytes());
        bytes.extend_from_slice(&rng.bytes(length));
    }
    let kind = if kind == Package::Zip { "application/zip".to_owned() } else { format!("{OFFICE}.{mime}") };
    File { name: format!("{name}.{extension}"), kind: kind.into(), bytes }
}

/// An ISO 9660 image: the volume descriptor stands in sector 16 of 2,048 bytes (ECMA-119).
pub fn iso(name: &str, size: usize, rng: &mut Rng) -> File {
    let bytes = [&[0; 32_768], b"\x01CD001\x01\0".as_slice(), &rng.bytes(size)].concat();
    File { name: format!("{name}.iso"), kind: "application/x-iso9660-image".into(), bytes }
}

/// A picture-like file of about `size` bytes.
pub fn picture(name: &str, png: bool, size: usize, rng: &mut Rng) -> File {
    let (extension, kind, head): (_, _, &[u8]) =
        if png { ("png", "image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR") } else { ("jpg", "image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0") };
    let mut bytes = head.to_vec();
    bytes.extend_from_slice(&rng.bytes(size));
    File { name: format!("{name}.{extension}"), kind: kind.into(), bytes }
}

/// A text-like file (`csv`, `txt`) or another one of the given type, with lines of figures.
pub fn figures(name: &str, extension: &str, kind: &'static str, lines: u64, rng: &mut Rng) -> File {
    let mut text = String::new();
    for line in 0..lines {
        let _ = write!(text, "{line};{};{}\r\n", rng.below(9_999), rng.below(99));
    }
    File { name: format!("{name}.{extension}"), kind: kind.into(), bytes: text.into_bytes() }
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

    #[test]
    fn japanese_is_read_back_in_both_charsets() {
        let mut rng = Rng::new(1, "japanese");
        for charset in [Charset::Utf8, Charset::Iso2022Jp] {
            let from = Mailbox::new("田中 由紀", "yuki.tanaka@example.jp");
            let route = Route::Own { client: Ipv4Addr::new(192, 0, 2, 1) };
            let subject = "Re: 請求書のご確認と、来週の打ち合わせの日程について (最終版)";
            let mut letter = Letter::new(1_710_000_000_000, from, vec![Mailbox::new("", "a@example.com")], subject, route);
            letter.charset = charset;
            letter.message_id = exchange_id(&mut rng);
            letter.paragraphs = vec!["標記の件、ご確認ください。".to_owned()];
            letter.files = vec![figures("経費_1", "csv", "text/csv", 3, &mut rng)];
            let bytes = write(&letter, &mut rng);
            assert!(bytes.is_ascii());
            let event = weft_mail_decode::decode(&bytes).unwrap();
            let weft_model::Body::Email(mail) = &event.body else { panic!("no mail") };
            assert_eq!(mail.subject, subject);
            assert_eq!(mail.attachments.first().map(|file| file.name.as_str()), Some("経費_1.csv"));
        }
    }
}
