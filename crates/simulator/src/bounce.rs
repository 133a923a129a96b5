//! Delivery reports (RFC 3464 in a multipart/report of RFC 6522): what comes back when a recipient's server refuses a message.

use crate::address;
use crate::mime::{self, Letter, Mailbox, Route};
use crate::rng::Rng;
use std::fmt::Write;

/// Why servers refuse, as enhanced status code (RFC 3463) and text.
const REASONS: &[(&str, &str)] = &[
    ("5.1.1", "550 5.1.1 The email account that you tried to reach does not exist"),
    ("5.2.2", "552 5.2.2 The recipient's inbox is out of storage space"),
    ("5.7.1", "550 5.7.1 Message rejected as spam by content filtering"),
    ("5.1.10", "550 5.1.10 Recipient not found"),
];

/// The report about `letter` that could not be given to `reader`.
pub fn report(letter: &Letter, reader: &Mailbox, at_ms: i64, rng: &mut Rng) -> Vec<u8> {
    let domain = reader.address.rsplit('@').next().unwrap_or_default().to_owned();
    let server = (format!("mx1.{domain}"), address::draw(address::MAIL_HOSTED, rng));
    let from = Mailbox::new("Mail Delivery System", &format!("MAILER-DAEMON@{domain}"));
    let route = Route::Inbound { server, client: None, results: ("pass", "none", "none") };
    let mut bounce = Letter::new(at_ms, from, vec![letter.from.clone()], &format!("Undeliverable: {}", letter.subject), route);
    bounce.message_id = format!("{}.{}@mx1.{domain}", crate::calendar::compact(at_ms), rng.token(b"0123456789ABCDEF", 11));
    bounce.references = vec![letter.message_id.clone()];
    bounce.headers = vec!["Auto-Submitted: auto-replied".to_owned()];
    let (status, reason) = rng.pick(REASONS).copied().unwrap_or_default();
    let boundary = format!("{}/mx1.{domain}", rng.token(b"0123456789ABCDEF", 11));
    let mut out = mime::head(&bounce, rng);
    let _ = write!(out, "Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"{boundary}\"\r\n\r\n");
    let _ = write!(
        out,
        "--{boundary}\r\nContent-Description: Notification\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nThis is the mail system at host mx1.{domain}.\r\n\r\nYour message could not be delivered to one or more recipients.\r\n\r\n<{}>: {reason}\r\n\r\n",
        reader.address
    );
    let _ = write!(
        out,
        "--{boundary}\r\nContent-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx1.{domain}\r\nArrival-Date: {}\r\n\r\nFinal-Recipient: rfc822; {}\r\nAction: failed\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {reason}\r\n\r\n",
        crate::calendar::mail_time(at_ms),
        reader.address
    );
    let _ = write!(
        out,
        "--{boundary}\r\nContent-Description: Undelivered Message Headers\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: <{}>\r\nTo: <{}>\r\nSubject: {}\r\nMessage-ID: <{}>\r\n\r\n--{boundary}--\r\n",
        letter.from.address,
        reader.address,
        letter.charset.words(&letter.subject),
        letter.message_id
    );
    out.into_bytes()
}
