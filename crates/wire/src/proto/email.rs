//! Email Activity (4009).

use super::object::{decode_ip, encode_ip};
use super::v1;
use crate::activity::{DIRECTION, id_of, kind_of};
use crate::error::WireError;
use weft_model::{Attachment, EmailActivity, EmailAuth, MailLink};

pub(super) fn encode(mail: EmailActivity) -> v1::EmailActivity {
    let email = v1::Email {
        message_uid: mail.message_uid,
        from: mail.from,
        from_name: mail.from_name,
        smtp_from: mail.smtp_from,
        reply_to: mail.reply_to,
        to: mail.to,
        cc: mail.cc,
        smtp_to: mail.smtp_to,
        subject: mail.subject,
        in_reply_to: mail.in_reply_to,
        x_originating_ip: encode_ip(mail.origin_ip),
        urls: mail.links.into_iter().map(encode_link).collect(),
        files: mail.attachments.into_iter().map(encode_attachment).collect(),
        size: mail.size,
    };
    let auth = v1::EmailAuth { spf: mail.auth.spf, dkim: mail.auth.dkim, dkim_domain: mail.auth.dkim_domain, dmarc: mail.auth.dmarc };
    v1::EmailActivity {
        email: Some(email),
        direction_id: i32::from(id_of(DIRECTION, &mail.direction).0),
        email_auth: Some(auth),
        is_automatic: mail.is_automatic,
    }
}

fn encode_link(link: MailLink) -> v1::Url {
    v1::Url { url_string: link.url, hostname: link.host, text: link.text }
}

fn encode_attachment(file: Attachment) -> v1::File {
    v1::File {
        name: file.name,
        mime_type: file.mime_type,
        size: file.size,
        blake3: file.hash,
        detected_type: file.detected_type,
        path: String::new(),
    }
}

pub(super) fn decode(mail: v1::EmailActivity) -> Result<EmailActivity, WireError> {
    let email = mail.email.unwrap_or_default();
    let auth = mail.email_auth.unwrap_or_default();
    let attachment = |file: v1::File| Attachment {
        name: file.name,
        mime_type: file.mime_type,
        detected_type: file.detected_type,
        size: file.size,
        hash: file.blake3,
    };
    Ok(EmailActivity {
        direction: kind_of(DIRECTION, i64::from(mail.direction_id)).unwrap_or_default(),
        message_uid: email.message_uid,
        from: email.from,
        from_name: email.from_name,
        smtp_from: email.smtp_from,
        reply_to: email.reply_to,
        to: email.to,
        cc: email.cc,
        smtp_to: email.smtp_to,
        subject: email.subject,
        in_reply_to: email.in_reply_to,
        origin_ip: decode_ip(&email.x_originating_ip, "email.x_originating_ip")?,
        auth: EmailAuth { spf: auth.spf, dkim: auth.dkim, dkim_domain: auth.dkim_domain, dmarc: auth.dmarc },
        links: email.urls.into_iter().map(|url| MailLink { url: url.url_string, host: url.hostname, text: url.text }).collect(),
        attachments: email.files.into_iter().map(attachment).collect(),
        is_automatic: mail.is_automatic,
        size: email.size,
    })
}
