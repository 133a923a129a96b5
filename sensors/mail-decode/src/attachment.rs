//! Describes an attachment by its content. Must not open archives or judge.

use crate::limits::MAX_NAME_BYTES;
use crate::part::Leaf;
use file_format::FileFormat;
use weft_model::Attachment;

/// Bytes in which an HTML beginning is looked for.
const MAX_HTML_SNIFF_BYTES: usize = 512;
/// First bytes of types that the library does not know.
const MORE: [(&[u8], &str); 3] = [
    // A OneNote section ([MS-ONESTORE] 2.3.1, `guidFileType`).
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", "application/onenote"),
    // A TNEF stream, `winmail.dat` ([MS-OXTNEF] 2.1.3.1).
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    // A virtual hard disk (the library spells its cookie with a second n).
    (b"conectix", "application/x-vhd"),
];
/// Containers keep their type when their inside cannot be read: a broken archive is still sent as one.
const DAMAGED_CONTAINERS: [(&[u8], &str); 3] =
    [(b"PK\x03\x04", "application/zip"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-cfb"), (b"MZ", "application/x-msdownload")];

/// Name, types, size and hash of a leaf.
pub(crate) fn describe(leaf: &Leaf<'_>) -> Attachment {
    Attachment {
        name: crate::field::cut(&leaf.name, MAX_NAME_BYTES).to_owned(),
        mime_type: leaf.mime_type.clone(),
        detected_type: detect(&leaf.bytes),
        size: leaf.bytes.len() as u64,
        hash: blake3::hash(&leaf.bytes).to_hex().to_string(),
    }
}

/// MIME type by the leading bytes (and by the directory of ZIP and compound files); `None` for plain text and unknown data.
fn detect(bytes: &[u8]) -> Option<String> {
    let among = |table: &[(&[u8], &'static str)]| table.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, mime_type)| *mime_type);
    if let Some(mime_type) = among(&MORE) {
        return Some(mime_type.to_owned());
    }
    match FileFormat::from_bytes(bytes) {
        FileFormat::ArbitraryBinaryData | FileFormat::Empty | FileFormat::PlainText => {
            among(&DAMAGED_CONTAINERS).or_else(|| is_html(bytes).then_some("text/html")).map(str::to_owned)
        }
        format => Some(format.media_type().to_owned()),
    }
}

fn is_html(bytes: &[u8]) -> bool {
    let beginning = bytes.get(..bytes.len().min(MAX_HTML_SNIFF_BYTES)).unwrap_or_default();
    let beginning = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning).trim_ascii_start();
    let tags: [&[u8]; 7] = [b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<meta", b"<!--"];
    tags.iter().any(|tag| beginning.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Option<&str>) {
        assert_eq!(detect(bytes).as_deref(), expected, "{:?}", &bytes[..bytes.len().min(8)]);
    }

    #[test]
    fn types_that_attacks_use() {
        let mut iso = vec![0; 0x8800];
        iso[0x8001..0x8006].copy_from_slice(b"CD001");
        check(&iso, Some("application/x-iso9660-image"));
        check(b"%PDF-1.7\n", Some("application/pdf"));
        check(b"PK\x03\x04rest", Some("application/zip"));
        check(b"Rar!\x1a\x07\x01\x00", Some("application/vnd.rar"));
        check(b"7z\xbc\xaf\x27\x1c\0\x04", Some("application/x-7z-compressed"));
        check(b"\x1f\x8b\x08\0", Some("application/gzip"));
        check(b"\x7fELF\x02\x01\x01", Some("application/x-executable"));
        check(b"\x89PNG\r\n\x1a\n", Some("image/png"));
        check(b"GIF89a", Some("image/gif"));
        check(b"\xff\xd8\xff\xe0", Some("image/jpeg"));
        check(b"{\\rtf1\\ansi", Some("application/rtf"));
        check(b"\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", Some("application/x-ms-shortcut"));
        check(b"conectix\0\0\0\x02", Some("application/x-vhd"));
        check(b"vhdxfile", Some("application/x-vhdx"));
        check(MORE[0].0, Some("application/onenote"));
        check(b"\xef\xbb\xbf\r\n <HTML><body>", Some("text/html"));
        check(b"MZ", Some("application/x-msdownload"));
        check(b"hello", None);
        check(b"", None);
    }

    #[test]
    fn compound_files_and_programs() {
        let mut ole = vec![0; 1024];
        ole[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
        check(&ole, Some("application/x-cfb"));
        let mut pe = vec![0; 0x200];
        pe[..2].copy_from_slice(b"MZ");
        pe[0x3c] = 0x80;
        pe[0x80..0x84].copy_from_slice(b"PE\0\0");
        check(&pe, Some("application/vnd.microsoft.portable-executable"));
    }
}
