//! Attachments: what they are by content, and whether that is what the message says.

use weft_model::Attachment;

/// Types whose declared form differs from the detected one by custom, not by intent.
const UNDECLARED: [&str; 4] = ["application/octet-stream", "application/x-download", "application/force-download", ""];

/// The MIME type by content, else as declared, else by the end of the name (`.iso`).
pub(super) fn mime_type(attachment: &Attachment) -> String {
    if let Some(detected) = &attachment.detected_type {
        return detected.clone();
    }
    let declared = attachment.mime_type.to_lowercase();
    match attachment.name.rsplit_once('.') {
        Some((_, ending)) if UNDECLARED.contains(&declared.as_str()) && ending.len() <= 8 => format!(".{}", ending.to_lowercase()),
        _ => declared,
    }
}

/// Whether the content is what the message declares: `as declared`, `undeclared`, or what holds what.
pub(super) fn fit(attachment: &Attachment) -> String {
    let declared = attachment.mime_type.to_lowercase();
    match &attachment.detected_type {
        _ if UNDECLARED.contains(&declared.as_str()) => "undeclared".to_owned(),
        Some(detected) if *detected != declared => format!("{declared} holds {detected}"),
        _ => "as declared".to_owned(),
    }
}

/// Classes with parts of their MIME types and the endings of names that stand for them; the first that fits counts.
const CLASSES: [(&str, &[&str], &[&str]); 8] = [
    ("disk image", &["iso9660", "x-vhd", "diskimage", "x-cd-image", "raw-disk"], &[".iso", ".img", ".vhd", ".vhdx", ".dmg"]),
    (
        "program",
        &["msdownload", "portable-executable", "x-executable", "dosexec", "shortcut", "x-msi"],
        &[".exe", ".scr", ".lnk", ".msi", ".com"],
    ),
    (
        "script or page",
        &["html", "javascript", "x-sh", "vbscript", "hta", "onenote", "svg"],
        &[".js", ".vbs", ".wsf", ".ps1", ".bat", ".cmd", ".hta"],
    ),
    (
        "document",
        &["pdf", "officedocument", "msword", "ms-excel", "ms-powerpoint", "opendocument", "x-cfb", "rtf", "text/plain", "csv"],
        &[],
    ),
    ("archive", &["zip", "rar", "7z", "x-tar", "bzip", "x-xz", "cab"], &[".zip", ".rar", ".7z", ".ace", ".cab"]),
    ("calendar", &["calendar"], &[".ics"]),
    ("mail", &["rfc822", "ms-tnef", "signature", "pgp", "pkcs7"], &[".eml", ".msg"]),
    ("media", &["image/", "audio/", "video/"], &[]),
];

/// The class of a type that [`mime_type`] gave, `other` when none fits.
pub(super) fn class(mime_type: &str) -> &'static str {
    let fits = |(_, types, endings): &&(&str, &[&str], &[&str])| {
        endings.contains(&mime_type) || (!mime_type.starts_with('.') && types.iter().any(|part| mime_type.contains(part)))
    };
    CLASSES.iter().find(fits).map_or("other", |(class, ..)| class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_fits() {
        let attachment = |name: &str, declared: &str, detected: Option<&str>| Attachment {
            name: name.into(),
            mime_type: declared.into(),
            detected_type: detected.map(Into::into),
            ..Attachment::default()
        };
        for (one, expected) in [
            (
                attachment("a.pdf", "application/pdf", Some("application/x-iso9660-image")),
                ("disk image", "application/pdf holds application/x-iso9660-image"),
            ),
            (attachment("a.img", "application/octet-stream", None), ("disk image", "undeclared")),
            (attachment("a.pdf", "application/pdf", Some("application/pdf")), ("document", "as declared")),
            (attachment("a.zip", "application/zip", Some("application/zip")), ("archive", "as declared")),
            (attachment("a.ics", "text/calendar", None), ("calendar", "as declared")),
        ] {
            assert_eq!((class(&mime_type(&one)), fit(&one).as_str()), expected, "{one:?}");
        }
    }
}
