//! TLS ClientHello (RFC 8446 section 4.1.2, RFC 6066, RFC 7301), read from the first bytes of a client's stream without copying
//! unless the message spans several records.

use crate::cursor::Cursor;
use crate::ja4::ja4;
use crate::text;
use std::borrow::Cow;
use weft_model::Tls;

/// Longest ClientHello read, in bytes; larger ones are given up.
const MAX_HELLO: usize = 16 * 1024;
/// Most ALPN names kept in an event, and their length in bytes.
const MAX_ALPN: usize = 16;
const MAX_ALPN_NAME: usize = 64;

const EXTENSION_SERVER_NAME: u16 = 0;
const EXTENSION_SIGNATURE_ALGORITHMS: u16 = 13;
const EXTENSION_ALPN: u16 = 16;
const EXTENSION_SUPPORTED_VERSIONS: u16 = 43;

/// Why bytes are no ClientHello.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HelloError {
    /// The record is not a handshake record of TLS or SSL 3, or the handshake is another message.
    #[error("not a client hello")]
    NotHello,
    /// A length inside contradicts another.
    #[error("the client hello is malformed")]
    Malformed,
    /// Longer than 16 KiB.
    #[error("the client hello is longer than 16 KiB")]
    TooLong,
}

/// Whether a stream that begins with `data` may begin with a ClientHello; short data counts as long as nothing contradicts.
pub(crate) fn may_be_hello(data: &[u8]) -> bool {
    let checks: [fn(u8) -> bool; 6] =
        [|byte| byte == 0x16, |byte| byte == 3, |byte| byte <= 4, |byte| byte <= 0x48, |_| true, |byte| byte == 1];
    !data.is_empty() && data.iter().zip(checks).all(|(byte, check)| check(*byte))
}

/// Whether `data` begins with some TLS record, as in the middle of a connection.
pub(crate) fn is_record(data: &[u8]) -> bool {
    matches!(data, [0x14..=0x17, 3, 0..=4, high, _, ..] if *high <= 0x48)
}

/// Reads the ClientHello at the beginning of a client's stream. `Ok(None)` asks for more bytes.
///
/// # Errors
/// The stream begins with something else, or the message is malformed or too long.
pub fn read(stream: &[u8]) -> Result<Option<Tls>, HelloError> {
    let Some(message) = handshake(stream)? else { return Ok(None) };
    Ok(Some(ClientHello::parse(&message)?.to_tls()))
}

/// The body of the first handshake message, put together from its records.
fn handshake(stream: &[u8]) -> Result<Option<Cow<'_, [u8]>>, HelloError> {
    let mut cursor = Cursor::new(stream);
    let mut collected: Cow<'_, [u8]> = Cow::Borrowed(&[]);
    loop {
        let record = cursor.rest();
        if record.is_empty() {
            return Ok(None);
        }
        if !matches!(record, [0x16] | [0x16, 3, ..]) {
            return Err(HelloError::NotHello);
        }
        let (Some(_), Some(length)) = (cursor.take(3), cursor.u16()) else { return Ok(None) };
        let length = usize::from(length);
        if length == 0 || length > MAX_HELLO + 2048 {
            return Err(HelloError::Malformed);
        }
        let complete = cursor.take(length);
        let fragment = complete.unwrap_or_else(|| cursor.rest());
        if collected.is_empty() {
            collected = Cow::Borrowed(fragment);
        } else {
            collected.to_mut().extend_from_slice(fragment);
        }
        let mut message = Cursor::new(&collected);
        if message.u8().is_some_and(|kind| kind != 1) {
            return Err(HelloError::NotHello);
        }
        if let Some(length) = message.u24() {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if length > MAX_HELLO {
                return Err(HelloError::TooLong);
            }
            if message.rest().len() >= length {
                let end = length.saturating_add(4);
                return Ok(Some(match collected {
                    Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(4..end).unwrap_or_default()),
                    Cow::Owned(bytes) => Cow::Owned(bytes.get(4..end).unwrap_or_default().to_vec()),
                }));
            }
        }
        if complete.is_none() {
            return Ok(None);
        }
    }
}

/// A ClientHello: borrowed lists, in the order of the wire, GREASE values (RFC 8701) included.
#[derive(Clone, Copy, Debug)]
pub struct ClientHello<'a> {
    /// `legacy_version`; the versions offered are in an extension since TLS 1.3.
    pub legacy_version: u16,
    cipher_suites: &'a [u8],
    extensions: &'a [u8],
}

impl<'a> ClientHello<'a> {
    /// Parses the body of a handshake message of type 1.
    ///
    /// # Errors
    /// [`HelloError::Malformed`] when a length contradicts another.
    pub fn parse(body: &'a [u8]) -> Result<Self, HelloError> {
        Self::read(body).ok_or(HelloError::Malformed)
    }

    fn read(body: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(body);
        let legacy_version = cursor.u16()?;
        cursor.take(32)?;
        cursor.vec8()?;
        let cipher_suites = cursor.vec16()?;
        cursor.vec8()?;
        // Before TLS 1.2 the extensions could be left out altogether.
        let extensions = if cursor.is_empty() { &[] } else { cursor.vec16()? };
        let mut rest = Cursor::new(extensions);
        while !rest.is_empty() {
            rest.u16()?;
            rest.vec16()?;
        }
        (cipher_suites.len() % 2 == 0).then_some(Self { legacy_version, cipher_suites, extensions })
    }

    /// Cipher suites offered.
    pub fn cipher_suites(&self) -> impl Iterator<Item = u16> + use<'a> {
        numbers(self.cipher_suites)
    }

    /// Type and body of each extension.
    pub fn extensions(&self) -> impl Iterator<Item = (u16, &'a [u8])> + use<'a> {
        let mut rest = Cursor::new(self.extensions);
        std::iter::from_fn(move || Some((rest.u16()?, rest.vec16()?)))
    }

    fn extension(&self, kind: u16) -> Option<&'a [u8]> {
        self.extensions().find(|(other, _)| *other == kind).map(|(_, body)| body)
    }

    /// Whether a server name extension is there, even an empty one.
    pub fn has_server_name(&self) -> bool {
        self.extension(EXTENSION_SERVER_NAME).is_some()
    }

    /// The host name of the server name extension, as sent.
    pub fn server_name(&self) -> Option<&'a [u8]> {
        let mut list = Cursor::new(Cursor::new(self.extension(EXTENSION_SERVER_NAME)?).vec16()?);
        loop {
            let kind = list.u8()?;
            let name = list.vec16()?;
            if kind == 0 && !name.is_empty() {
                return Some(name);
            }
        }
    }

    /// Application protocols offered (RFC 7301).
    pub fn alpn(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let body = self.extension(EXTENSION_ALPN).and_then(|body| Cursor::new(body).vec16()).unwrap_or_default();
        let mut list = Cursor::new(body);
        std::iter::from_fn(move || list.vec8())
    }

    /// Signature algorithms offered.
    pub fn signature_algorithms(&self) -> impl Iterator<Item = u16> + use<'a> {
        numbers(self.extension(EXTENSION_SIGNATURE_ALGORITHMS).and_then(|body| Cursor::new(body).vec16()).unwrap_or_default())
    }

    /// The highest version offered, GREASE aside.
    pub fn version(&self) -> u16 {
        let offered = self.extension(EXTENSION_SUPPORTED_VERSIONS).and_then(|body| Cursor::new(body).vec8()).unwrap_or_default();
        numbers(offered).filter(|version| !is_grease(*version)).max().unwrap_or(self.legacy_version)
    }

    fn to_tls(self) -> Tls {
        Tls {
            sni: self.server_name().map(text::name),
            ja4: Some(ja4(&self, 't')),
            version: version_name(self.version()),
            alpn: self.alpn().take(MAX_ALPN).map(|name| text::lossy(name, MAX_ALPN_NAME)).collect(),
        }
    }
}

fn numbers<'a>(bytes: &'a [u8]) -> impl Iterator<Item = u16> + use<'a> {
    let mut cursor = Cursor::new(bytes);
    std::iter::from_fn(move || cursor.u16())
}

/// Values that mean nothing and keep servers tolerant (RFC 8701).
pub(crate) fn is_grease(value: u16) -> bool {
    let [high, low] = value.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

fn version_name(version: u16) -> Option<String> {
    let name = match version {
        // 0x7fNN are the drafts of 1.3.
        0x0304 | 0x7f00..=0x7fff => "1.3",
        0x0303 => "1.2",
        0x0302 => "1.1",
        0x0301 => "1.0",
        0x0300 => "ssl3",
        _ => return None,
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello() -> Vec<u8> {
        let mut extensions = Vec::new();
        extensions.extend_from_slice(&[0, 0, 0, 16, 0, 14, 0, 0, 11]);
        extensions.extend_from_slice(b"ExAmple.Org");
        extensions.extend_from_slice(&[0, 16, 0, 5, 0, 3, 2, b'h', b'2']);
        extensions.extend_from_slice(&[0, 43, 0, 7, 6, 0x1a, 0x1a, 3, 4, 3, 3]);
        let mut body = vec![3, 3];
        body.extend_from_slice(&[7; 32]);
        body.extend_from_slice(&[0, 0, 4, 0x13, 1, 0x13, 2, 1, 0]);
        body.extend_from_slice(&(extensions.len() as u16).to_be_bytes());
        body.extend_from_slice(&extensions);
        body
    }

    fn records(body: &[u8], size: usize) -> Vec<u8> {
        let mut message = vec![1, 0];
        message.extend_from_slice(&(body.len() as u16).to_be_bytes());
        message.extend_from_slice(body);
        message.chunks(size).flat_map(|part| [&[0x16, 3, 1][..], &(part.len() as u16).to_be_bytes(), part].concat()).collect()
    }

    #[test]
    fn reads_whole_and_fragmented_hellos() {
        for size in [10_000, 50, 3, 1] {
            let stream = records(&hello(), size);
            let tls = read(&stream).unwrap().unwrap();
            assert_eq!(tls.sni.as_deref(), Some("example.org"));
            assert_eq!(tls.alpn, ["h2"]);
            assert_eq!(tls.version.as_deref(), Some("1.3"));
            for end in 0..stream.len() {
                assert_eq!(read(&stream[..end]), Ok(None), "{end} bytes of {} are not enough", stream.len());
                assert!(end == 0 || size < 10 || may_be_hello(&stream[..end]));
            }
        }
    }

    #[test]
    fn names_what_is_wrong() {
        assert_eq!(read(b"GET / HTTP/1.1"), Err(HelloError::NotHello));
        assert_eq!(read(&[0x16, 3, 3, 0, 4, 2, 0, 0, 0]), Err(HelloError::NotHello));
        assert_eq!(read(&[0x16, 3, 3, 0, 4, 1, 1, 0, 0]), Err(HelloError::TooLong));
        assert_eq!(read(&[0x16, 3, 3, 0, 6, 1, 0, 0, 2, 3, 3]), Err(HelloError::Malformed));
        let mut broken = records(&hello(), 10_000);
        let cipher_length = 5 + 4 + 2 + 32 + 1 + 1;
        broken[cipher_length] = 200;
        assert_eq!(read(&broken), Err(HelloError::Malformed));
    }
}
