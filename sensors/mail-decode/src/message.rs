//! Puts one message together from what the other modules read.

use crate::error::DecodeError;
use crate::header::{Headers, line_at};
use crate::limits::*;
use crate::link::Links;
use crate::{address, attachment, auth, automatic, field, instant, origin, part};
use weft_model::{Body, EmailActivity, EmailDirection, Event, EventUid, Metadata};

/// `metadata.product` of every event.
const PRODUCT: &str = "Weft mail ingestor";
/// `metadata.log_name` of every event.
const LOG_NAME: &str = "message";
/// One of these must be there, so that no text file passes for a message because of a colon.
const MAIL_FIELDS: [&str; 10] =
    ["received", "from", "to", "subject", "date", "message-id", "return-path", "mime-version", "content-type", "delivered-to"];

/// Decodes a raw message. A leading mbox `From ` line is no part of it (nor of its uid); its time serves when the header has none.
///
/// # Errors
/// [`DecodeError`] when the bytes are no message at all; a broken message is an event with what can be read.
///
/// ```
/// let event = weft_mail_decode::decode(b"From: Ann <ann@corp.example>\r\nSubject: Lunch\r\n\r\nhttps://menu.example/")?;
/// let weft_model::Body::Email(email) = event.body else { unreachable!() };
/// assert_eq!((email.from.as_str(), email.links.len()), ("ann@corp.example", 1));
/// # Ok::<(), weft_mail_decode::DecodeError>(())
/// ```
pub fn decode(message: &[u8]) -> Result<Event, DecodeError> {
    if message.len() > MAX_MESSAGE_BYTES {
        return Err(DecodeError::TooLarge { bytes: message.len() });
    }
    let (from_line, message) = without_from_line(message);
    if message.is_empty() {
        return Err(DecodeError::Empty);
    }
    let headers = Headers::split(message);
    if !MAIL_FIELDS.iter().any(|name| headers.has(name)) {
        return Err(DecodeError::NoHeader);
    }
    let email = email(&headers, message.len());
    let original_uid = Some(email.message_uid.clone()).filter(|uid| !uid.is_empty());
    let raw = headers.block.get(..headers.block.len().min(MAX_RAW_BYTES)).unwrap_or_default();
    Ok(Event {
        uid: EventUid::of_message(message),
        time: instant::of_message(&headers, from_line),
        metadata: Metadata { product: PRODUCT.to_owned(), log_name: LOG_NAME.to_owned(), original_uid },
        // Replacement characters are longer than what they replace.
        raw_data: Some(field::cut(&String::from_utf8_lossy(raw), MAX_RAW_BYTES).to_owned()),
        body: Body::Email(Box::new(email)),
    })
}

/// Takes away a byte order mark, empty lines and an mbox separator before the header.
fn without_from_line(message: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let message = message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message).trim_ascii_start();
    match line_at(message, 0) {
        Some(line) if is_from_line(line) => (Some(line), message.get(line.len()..).unwrap_or_default().trim_ascii_start()),
        _ => (None, message),
    }
}

/// `From sender date`, but not the header field `From : address`.
fn is_from_line(line: &[u8]) -> bool {
    line.strip_prefix(b"From ").is_some_and(|rest| !rest.trim_ascii_start().starts_with(b":"))
}

fn email(headers: &Headers<'_>, size: usize) -> EmailActivity {
    let from = author(headers);
    let to = address::addresses(headers, "to", MAX_RECIPIENTS);
    let cc = address::addresses(headers, "cc", MAX_RECIPIENTS.saturating_sub(to.len()));
    let (links, attachments) = contents(headers);
    EmailActivity {
        direction: EmailDirection::Unknown,
        message_uid: message_ids(headers, "message-id").into_iter().next().unwrap_or_default(),
        from: from.address,
        from_name: from.name,
        smtp_from: headers.first("return-path").and_then(address::path),
        reply_to: address::author(headers, "reply-to").map(|mailbox| mailbox.address).filter(|address| !address.is_empty()),
        to,
        cc,
        smtp_to: envelope_recipients(headers),
        subject: headers.first("subject").map(|value| field::text(value, MAX_SUBJECT_BYTES)).unwrap_or_default(),
        in_reply_to: answered(headers),
        origin_ip: origin::address(headers),
        auth: auth::verdicts(headers),
        links,
        attachments,
        is_automatic: automatic::is_automatic(headers),
        size: size as u64,
    }
}

/// From, or Sender where From is missing.
fn author(headers: &Headers<'_>) -> address::Mailbox {
    address::author(headers, "from").or_else(|| address::author(headers, "sender")).unwrap_or_default()
}

fn contents(headers: &Headers<'_>) -> (Vec<weft_model::MailLink>, Vec<weft_model::Attachment>) {
    let (mut links, mut attachments) = (Links::default(), Vec::new());
    part::walk(headers, &mut |leaf| {
        links.search(leaf);
        if leaf.is_attachment && attachments.len() < MAX_ATTACHMENTS {
            attachments.push(attachment::describe(leaf));
        }
    });
    (links.finish(), attachments)
}

/// Delivered-To, X-Original-To and Envelope-To, each address once.
fn envelope_recipients(headers: &Headers<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in ["delivered-to", "x-original-to", "envelope-to"] {
        for address in headers.all(name).take(MAX_RECIPIENTS).filter_map(address::path) {
            if !found.contains(&address) && found.len() < MAX_RECIPIENTS {
                found.push(address);
            }
        }
    }
    found
}

/// In-Reply-To first, then References from the newest (last) back; each id once.
fn answered(headers: &Headers<'_>) -> Vec<String> {
    let references = message_ids(headers, "references").into_iter().rev();
    let mut found: Vec<String> = Vec::new();
    for id in message_ids(headers, "in-reply-to").into_iter().chain(references) {
        if found.len() >= MAX_IN_REPLY_TO {
            break;
        }
        if !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

fn message_ids(headers: &Headers<'_>, name: &str) -> Vec<String> {
    headers.first(name).map(|value| field::ids(value, MAX_MESSAGE_ID_BYTES)).unwrap_or_default()
}
