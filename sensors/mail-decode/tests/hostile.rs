//! Hostile input: random bytes, mutated messages and bombs give an event or a named reason, in bounded time and never a panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stderr)] // a test file

use proptest::prelude::*;
use std::time::{Duration, Instant};
use weft_mail_decode::{DecodeError, decode, limits};
use weft_model::{Body, EmailActivity};

const MESSAGE: &str = "Return-Path: <a@x.example>\r\nReceived: from h (r [203.0.113.5]) by mx (P) with ESMTP; Thu, 3 Aug 2023 05:58:46 +0000\r\n\
Authentication-Results: mx; spf=pass smtp.mailfrom=a@x.example; dkim=pass (c) header.d=x.example; dmarc=pass\r\n\
From: =?utf-8?Q?J=C3=BCrgen?= \"Q\" <a@x.example>\r\nTo: b@y.example, G: c@y.example;, (c) d@y.example\r\nSubject: =?iso-2022-jp?B?GyRCJDMbKEI=?= x\r\n\
Message-ID: <1@x.example>\r\nReferences: <2@x> <3@x>\r\nContent-Type: multipart/mixed; boundary=\"b1\"; x*0*=utf-8''%41; x*1=b\r\n\r\n\
--b1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n--b2\r\nContent-Type: text/plain; charset=utf-7\r\n\r\nhttps://x.example/ +AGE- www.y.example\r\n\
--b2\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<a href=3D\"https://urldefense.com/v3/__https://z.example/*__;Iw!!A!\"><img alt=3Dq>t&amp;</a>=\r\n\
--b2--\r\n--b1\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nbody\r\n--b1\r\n\
Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBAoAAAAAAA==\r\n--b1--\r\n";

fn caps_hold(mail: &EmailActivity) {
    assert!(mail.links.len() <= limits::MAX_LINKS && mail.attachments.len() <= limits::MAX_ATTACHMENTS);
    assert!(mail.links.iter().all(|link| link.url.len() <= limits::MAX_URL_BYTES));
    assert!(mail.to.len() + mail.cc.len() <= limits::MAX_RECIPIENTS && mail.in_reply_to.len() <= limits::MAX_IN_REPLY_TO);
    assert!(mail.subject.len() <= limits::MAX_SUBJECT_BYTES && mail.from.len() <= limits::MAX_ADDRESS_BYTES);
}

fn check(message: &[u8]) {
    if let Ok(event) = decode(message) {
        assert!(event.raw_data.is_some_and(|raw| raw.len() <= limits::MAX_RAW_BYTES));
        let Body::Email(mail) = event.body else { panic!("not a mail") };
        caps_hold(&mail);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        check(&bytes);
        check(&[b"Subject: x\nContent-Type: text/html\n\n", bytes.as_slice()].concat());
        for name in ["From", "Subject", "Date", "Received", "Message-ID", "References", "Content-Type", "Authentication-Results", "X-Originating-IP"] {
            check(&[b"To: a@b\n", name.as_bytes(), b": ", bytes.as_slice(), b"\n\nbody"].concat());
        }
        for encoding in ["base64", "quoted-printable"] {
            for charset in ["utf-7", "utf-16", "iso-2022-jp", "gb18030", "windows-1252", "big5"] {
                let head = format!("To: a\nContent-Type: text/html; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n");
                check(&[head.as_bytes(), bytes.as_slice()].concat());
            }
        }
    }

    #[test]
    fn pieces_of_syntax(pieces in proptest::collection::vec(prop_oneof![
        Just("From: "), Just("Received: from "), Just("\r\n"), Just("\n"), Just(" "), Just("<"), Just(">"), Just("("), Just(")"), Just("\""),
        Just("\\"), Just(";"), Just(":"), Just(","), Just("="), Just("=?utf-8?Q?"), Just("?="), Just("=?b?B?"), Just("*0*="), Just("%zz"),
        Just("Content-Type: multipart/mixed; boundary=b\n\n"), Just("--b"), Just("--"), Just("message/rfc822"), Just("Content-Type: "),
        Just("Date: "), Just("99999"), Just("Jan"), Just("-9999"), Just("é"), Just("\0"), Just("<a href="), Just("http://["), Just("&#x;"),
    ], 0..60)) {
        let text: String = pieces.concat();
        check(text.as_bytes());
        check(format!("To: x\n{text}").as_bytes());
    }

    #[test]
    fn mutated_messages(edits in proptest::collection::vec((0..MESSAGE.len(), any::<u8>(), 0..3u8), 1..30), end in 0..MESSAGE.len()) {
        let mut bytes = MESSAGE.as_bytes().to_vec();
        for (at, value, kind) in edits {
            let at = at.min(bytes.len() - 1);
            match kind {
                0 => bytes[at] = value,
                1 => bytes.insert(at, value),
                _ => { bytes.remove(at); }
            }
        }
        check(&bytes);
        check(&bytes[..end.min(bytes.len())]);
    }

    #[test]
    fn line_ends_do_not_change_the_event(end in 0..MESSAGE.len()) {
        let message = &MESSAGE[..end];
        let unix = message.replace("\r\n", "\n");
        let (one, other) = (decode(message.as_bytes()), decode(unix.as_bytes()));
        match (one, other) {
            (Ok(one), Ok(other)) => prop_assert_eq!((one.uid, one.time, one.metadata), (other.uid, other.time, other.metadata)),
            (one, other) => prop_assert_eq!(one.is_err(), other.is_err()),
        }
    }
}

#[test]
fn no_message_has_a_reason() {
    for (bytes, reason) in
        [(&b""[..], "empty_message"), (b" \r\n\r\n", "empty_message"), (b"just: text", "no_header"), (b"\x89PNG\r\n\x1a\n", "no_header")]
    {
        assert_eq!(decode(bytes).unwrap_err().reason(), reason);
    }
    assert_eq!(
        decode(&vec![b'a'; limits::MAX_MESSAGE_BYTES + 1]).unwrap_err(),
        DecodeError::TooLarge { bytes: limits::MAX_MESSAGE_BYTES + 1 }
    );
}

/// Decodes within a time that no linear reader comes near, even unoptimised on a busy machine.
fn bomb(name: &str, message: &str) {
    let start = Instant::now();
    check(message.as_bytes());
    let taken = start.elapsed();
    eprintln!("{name}: {} bytes in {taken:?}", message.len());
    assert!(taken < Duration::from_secs(20), "{name} took {taken:?}");
}

#[test]
fn bombs_end_in_time() {
    const MANY: usize = 300_000;
    let html = |body: String| format!("To: a\nContent-Type: text/html\n\n{body}");
    bomb("header words", &format!("Subject: {}\n\n", "=?utf-8?Q?".repeat(MANY)));
    bomb("header words, open", &format!("Subject: {}\n\n", "=?aa".repeat(MANY)));
    bomb("address words", &format!("To: {}\n\n", "=?utf-8?b?".repeat(MANY)));
    bomb("address comments", &format!("To: {}\n\n", "(".repeat(MANY)));
    bomb("addresses", &format!("To: {}\n\n", "a@b,".repeat(MANY)));
    bomb("parameters", &format!("To: a\nContent-Type: a/b{}\n\n", ";a*1=b".repeat(MANY)));
    bomb("different parameters", &format!("To: a\nContent-Type: a/b{}\n\n", (0..20_000).map(|n| format!(";a{n}*1=b")).collect::<String>()));
    let part = format!("--b\nContent-Type: a/b{}\n\nx\n", (0..9_000).map(|n| format!(";a{n}*1=b")).collect::<String>());
    bomb("different parameters in every part", &format!("Content-Type: multipart/mixed; boundary=b\n\n{}", part.repeat(400)));
    bomb("fields", &format!("{}\n\n", "Received: from a by b\n".repeat(MANY)));
    bomb("one hop", &format!("Received: from {}\n\n", "([".repeat(MANY)));
    bomb("results", &format!("Authentication-Results: {}\n\n", "dkim=fail;".repeat(MANY)));
    bomb("references", &format!("References: {}\n\n", "<a@b>".repeat(MANY)));
    bomb("parts", &format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\n".repeat(MANY)));
    let child = "--b\nContent-Type: multipart/mixed; boundary=never\n\nx\n";
    bomb("parts without an end", &format!("Content-Type: multipart/mixed; boundary=b\n\n{}", child.repeat(MANY)));
    bomb("messages", &"Content-Type: message/rfc822\n\n".repeat(MANY));
    bomb("open tags", &html("<b>".repeat(MANY)));
    bomb("open tags, wrong ends", &html(format!("{}{}", "<b>".repeat(MANY / 2), "</i>".repeat(MANY / 2))));
    bomb("open anchors", &html("<a href=x>".repeat(MANY)));
    bomb("attributes", &html(format!("<a {}>", (0..MANY).map(|n| format!("a{n}=1 ")).collect::<String>())));
    bomb("references in a target", &html(format!("<a href=\"{}\">", "&".repeat(MANY))));
    bomb("comment", &html(format!("<!--{}", "-".repeat(MANY))));
    let text = |body: String| format!("To: a\nContent-Type: text/plain\n\n{body}");
    bomb("schemes", &text("http://".repeat(MANY)));
    bomb("colons", &text("a:".repeat(MANY)));
    bomb("brackets", &text(format!("http://{}", "(".repeat(MANY))));
    bomb("www", &text(" www.".repeat(MANY)));
    bomb("one line", &text("x".repeat(10 * MANY)));
    bomb("utf-7", &format!("To: a\nContent-Type: text/plain; charset=utf-7\n\n{}", "+AGE-".repeat(MANY)));
    bomb("zip", &format!("To: a\nContent-Type: application/zip\n\nPK\u{3}\u{4}{}", "PK\u{5}\u{6}".repeat(MANY)));
}
