//! What is in a zip archive (PKWARE APPNOTE 6.3): its members, each to be read as an input of its own. Reads the directory only;
//! decompression under caps is `compression.rs`.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use zip::{CompressionMethod, ZipArchive};

/// Most members of an archive.
pub const MAX_MEMBERS: usize = 10_000;
/// Most bytes that all members of an archive may hold together.
pub const MAX_TOTAL_BYTES: u64 = 16 << 30;
/// Longest name of a member kept, in bytes.
const MAX_NAME_BYTES: usize = 1024;

/// How a member is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Stored,
    /// RFC 1951.
    Deflate,
}

/// Where a member stands in its archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Offset of its data in the file.
    pub offset: u64,
    pub compressed_bytes: u64,
    /// Its size by the archive's directory; more is never read.
    pub bytes: u64,
    pub method: Method,
}

/// A member by name, or why it cannot be read.
pub(crate) type Listed = (String, Result<Member, &'static str>);

/// Whether the file begins as a zip archive (also one without members).
pub(crate) fn is_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

/// The members of an archive in its own order, without folders; an archive that cannot be read, or that looks like a bomb, gives
/// the reason.
pub(crate) fn members(path: &Path) -> Result<Vec<Listed>, &'static str> {
    let file = File::open(path).map_err(|_| "unreadable")?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| "bad_archive")?;
    if archive.len() > MAX_MEMBERS {
        return Err("too_many_members");
    }
    // Members that share their bytes are how the densest bombs are made.
    if archive.has_overlapping_entries().unwrap_or(true) {
        return Err("decompression_bomb");
    }
    let mut listed = Vec::with_capacity(archive.len());
    let mut total = 0u64;
    for index in 0..archive.len() {
        let Ok(member) = archive.by_index_raw(index) else {
            listed.push((format!("member {index}"), Err("bad_archive")));
            continue;
        };
        if member.is_dir() {
            continue;
        }
        total = total.saturating_add(member.size());
        let name = String::from_utf8_lossy(member.name_raw().get(..MAX_NAME_BYTES).unwrap_or(member.name_raw())).into_owned();
        let method = match member.compression() {
            _ if member.encrypted() => Err("encrypted_member"),
            CompressionMethod::Stored => Ok(Method::Stored),
            CompressionMethod::DEFLATE => Ok(Method::Deflate),
            _ => Err("unsupported_compression"),
        };
        let offset = member.data_start().ok_or("bad_archive");
        let (compressed_bytes, bytes) = (member.compressed_size(), member.size());
        let part = method.and_then(|method| Ok(Member { offset: offset?, compressed_bytes, bytes, method }));
        listed.push((name, part));
    }
    if total > MAX_TOTAL_BYTES {
        return Err("decompressed_too_large");
    }
    Ok(listed)
}
