//! Opening files, compressed or not, under caps that a decompression bomb cannot pass. Must not know what the bytes mean.

use crate::archive::{Member, Method};
use crate::discover::Input;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The largest zstd window accepted (2^27 bytes = 128 MiB), the limit of the `zstd` tool itself.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;
/// Memory that an xz stream may ask for, in KiB (128 MiB; `xz -9` asks for 65 MiB).
const XZ_MEMORY_KIB: u32 = 128 * 1024;
const FILE_BUFFER_BYTES: usize = 128 * 1024;

/// How a file is compressed, by its magic number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// The .xz file format, version 1.2.
    Xz,
}

impl Compression {
    /// Reads the magic number at the start of a file.
    pub fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x1F, 0x8B, 0x08, ..] => Some(Self::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Self::Zstd),
            [0xFD, b'7', b'z', b'X', b'Z', 0x00, ..] => Some(Self::Xz),
            _ => None,
        }
    }
}

/// Caps on decompression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes that one file may decompress to.
    pub max_bytes: u64,
    /// Most output bytes a compressed byte may give, judged once `ratio_from_bytes` were put out.
    pub max_ratio: u64,
    pub ratio_from_bytes: u64,
}

impl Default for Limits {
    /// 16 GiB, and 400:1 once 64 MiB were put out (text logs reach 10:1 to 60:1).
    fn default() -> Self {
        Self { max_bytes: 16 << 30, max_ratio: 400, ratio_from_bytes: 64 << 20 }
    }
}

/// Why reading a compressed file stopped; it arrives inside an [`io::Error`] of kind `InvalidData`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("decompresses to more than {0} bytes: split the file, or decompress it yourself")]
    TooLarge(u64),
    #[error("decompresses more than {0}:1, which looks like a decompression bomb: decompress it yourself if you trust it")]
    Bomb(u64),
}

impl OpenError {
    /// Short stable name, counted in reports.
    pub fn reason(self) -> &'static str {
        match self {
            Self::TooLarge(_) => "decompressed_too_large",
            Self::Bomb(_) => "decompression_bomb",
        }
    }
    /// The stable name for any error of a reader that [`open`] gave.
    pub fn reason_of(error: &io::Error) -> &'static str {
        if let Some(named) = error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            return named.reason();
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof => "truncated_file",
            io::ErrorKind::PermissionDenied => "permission_denied",
            io::ErrorKind::OutOfMemory => "decompression_memory",
            io::ErrorKind::NotFound => "file_vanished",
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => "corrupt_compression",
            _ => "read_failed",
        }
    }
}

/// Opens an input for reading from its start, decompressed, under the default [`Limits`].
///
/// # Errors
/// The file cannot be opened. While reading: see [`OpenError::reason_of`].
pub fn open(input: &Input) -> io::Result<Box<dyn Read + Send>> {
    open_part(&input.path, input.member.as_ref(), input.compressed, Limits::default())
}

/// As [`open`], for a path whose compression is known, under given limits.
///
/// # Errors
/// As [`open`].
pub fn open_path(path: &Path, compressed: Option<Compression>, limits: Limits) -> io::Result<Box<dyn Read + Send>> {
    open_part(path, None, compressed, limits)
}

/// As [`open_path`], for a file or one member of an archive, either of which may be compressed by itself.
///
/// # Errors
/// As [`open`].
pub(crate) fn open_part(
    path: &Path,
    member: Option<&Member>,
    compressed: Option<Compression>,
    limits: Limits,
) -> io::Result<Box<dyn Read + Send>> {
    let mut file = File::open(path)?;
    let raw: Box<dyn Read + Send> = match member {
        None => Box::new(file),
        Some(member) => {
            file.seek(SeekFrom::Start(member.offset))?;
            let part = file.take(member.compressed_bytes);
            // More than the archive's directory says is not read: that sum was checked.
            let limits = Limits { max_bytes: limits.max_bytes.min(member.bytes), ..limits };
            match member.method {
                Method::Stored => Box::new(part),
                Method::Deflate => guard(Box::new(part), limits, |counted| Ok(Box::new(flate2::bufread::DeflateDecoder::new(counted))))?,
            }
        }
    };
    match compressed {
        None => Ok(Box::new(BufReader::with_capacity(FILE_BUFFER_BYTES, raw))),
        Some(Compression::Gzip) => guard(raw, limits, |counted| Ok(Box::new(flate2::bufread::MultiGzDecoder::new(counted)))),
        Some(Compression::Xz) => {
            guard(raw, limits, |counted| Ok(Box::new(lzma_rust2::XzReader::new_mem_limit(counted, true, XZ_MEMORY_KIB))))
        }
        Some(Compression::Zstd) => guard(raw, limits, |counted| {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(counted)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
            Ok(Box::new(decoder))
        }),
    }
}

type CountedReader = BufReader<Counted<Box<dyn Read + Send>>>;

/// Puts a decoder on `raw` that stops at the limits.
fn guard(
    raw: Box<dyn Read + Send>,
    limits: Limits,
    decoder: impl FnOnce(CountedReader) -> io::Result<Box<dyn Read + Send>>,
) -> io::Result<Box<dyn Read + Send>> {
    let taken = Arc::new(AtomicU64::new(0));
    let counted = BufReader::with_capacity(FILE_BUFFER_BYTES, Counted { inner: raw, taken: Arc::clone(&taken) });
    Ok(Box::new(Guard { inner: decoder(counted)?, taken, given: 0, limits }))
}

/// Counts the compressed bytes that were read.
struct Counted<R> {
    inner: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.taken.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Stops at the limits.
struct Guard {
    inner: Box<dyn Read + Send>,
    taken: Arc<AtomicU64>,
    given: u64,
    limits: Limits,
}

impl Read for Guard {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.given = self.given.saturating_add(count as u64);
        let stop = if self.given > self.limits.max_bytes {
            Some(OpenError::TooLarge(self.limits.max_bytes))
        } else if self.given > self.limits.ratio_from_bytes
            && self.given / self.taken.load(Ordering::Relaxed).max(1) > self.limits.max_ratio
        {
            Some(OpenError::Bomb(self.limits.max_ratio))
        } else {
            None
        };
        match stop {
            Some(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            None => Ok(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn xz(bytes: &[u8]) -> Vec<u8> {
        let mut writer = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(6)).unwrap();
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn read(bytes: &[u8], limits: Limits) -> io::Result<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, bytes).unwrap();
        let mut out = Vec::new();
        open_path(&path, Compression::of(bytes), limits)?.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn every_format_and_joined_members_are_read() {
        let twice = [gzip(b"one "), gzip(b"two")].concat();
        assert_eq!(read(&twice, Limits::default()).unwrap(), b"one two");
        let zstd = zstd::encode_all(&b"three"[..], 3).unwrap();
        assert_eq!(read(&zstd, Limits::default()).unwrap(), b"three");
        assert_eq!(read(&[xz(b"fo"), xz(b"ur")].concat(), Limits::default()).unwrap(), b"four");
        assert_eq!(read(b"plain", Limits::default()).unwrap(), b"plain");
    }

    #[test]
    fn bombs_and_damage_have_names() {
        let zeros = vec![0u8; 4 << 20];
        let tight = Limits { max_bytes: 1 << 30, max_ratio: 100, ratio_from_bytes: 1 << 20 };
        for bomb in [gzip(&zeros), xz(&zeros), zstd::encode_all(&zeros[..], 3).unwrap()] {
            assert_eq!(OpenError::reason_of(&read(&bomb, tight).unwrap_err()), "decompression_bomb");
            let small = Limits { max_bytes: 1 << 20, max_ratio: u64::MAX, ratio_from_bytes: u64::MAX };
            assert_eq!(OpenError::reason_of(&read(&bomb, small).unwrap_err()), "decompressed_too_large");
        }
        let text: Vec<u8> = (0..100_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        for whole in [gzip(&text), xz(&text), zstd::encode_all(&text[..], 3).unwrap()] {
            let cut = &whole[..whole.len() / 2];
            assert_eq!(OpenError::reason_of(&read(cut, Limits::default()).unwrap_err()), "truncated_file");
        }
        let mut broken = gzip(&text);
        let middle = broken.len() / 2;
        broken[middle..middle + 64].fill(0xFF);
        assert_eq!(OpenError::reason_of(&read(&broken, Limits::default()).unwrap_err()), "corrupt_compression");
    }
}
