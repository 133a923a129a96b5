//! Kerberos AS exchange (RFC 4120) in DER: a logon asks the domain controller for a ticket-granting ticket.
//!
//! The encrypted parts are filler. Must not know who logs on when.

use crate::rng::Rng;

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len();
    if length < 128 {
        out.push(length as u8);
    } else if length < 256 {
        out.extend_from_slice(&[0x81, length as u8]);
    } else {
        out.push(0x82);
        out.extend_from_slice(&(length as u16).to_be_bytes());
    }
    out.extend_from_slice(content);
    out
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// Context tag `number`, explicit.
fn tagged(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0xa0 | number, content)
}

fn integer(value: u32) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let mut content: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    if content.first().is_none_or(|first| *first >= 128) {
        content.insert(0, 0);
    }
    tlv(0x02, &content)
}

fn string(text: &str) -> Vec<u8> {
    tlv(0x1b, text.as_bytes())
}

fn principal(kind: u32, parts: &[&str]) -> Vec<u8> {
    let names: Vec<Vec<u8>> = parts.iter().map(|part| string(part)).collect();
    sequence(&[tagged(0, &integer(kind)), tagged(1, &sequence(&names))])
}

fn encrypted(kind: u32, version: Option<u32>, cipher: &[u8]) -> Vec<u8> {
    let mut parts = vec![tagged(0, &integer(kind))];
    if let Some(version) = version {
        parts.push(tagged(1, &integer(version)));
    }
    parts.push(tagged(2, &tlv(0x04, cipher)));
    sequence(&parts)
}

/// AES256-CTS-HMAC-SHA1-96.
const AES256: u32 = 18;

/// AS-REQ of `client` in `realm`, with an encrypted time stamp (PA-ENC-TIMESTAMP) and PA-PAC-REQUEST.
pub fn as_req(client: &str, realm: &str, rng: &mut Rng) -> Vec<u8> {
    let stamp = sequence(&[tagged(1, &integer(2)), tagged(2, &tlv(0x04, &encrypted(AES256, None, &rng.bytes(56))))]);
    let pac = sequence(&[tagged(1, &integer(128)), tagged(2, &tlv(0x04, &sequence(&[tagged(0, &tlv(0x01, &[255]))])))]);
    let etypes: Vec<Vec<u8>> = [18, 17, 23].into_iter().map(integer).collect();
    let till = tlv(0x18, b"20370913024805Z");
    let body = sequence(&[
        tagged(0, &tlv(0x03, &[0, 0x40, 0x81, 0x00, 0x10])),
        tagged(1, &principal(1, &[client])),
        tagged(2, &string(realm)),
        tagged(3, &principal(2, &["krbtgt", realm])),
        tagged(5, &till),
        tagged(6, &till),
        tagged(7, &integer(rng.below(1 << 31) as u32)),
        tagged(8, &sequence(&etypes)),
    ]);
    tlv(0x6a, &sequence(&[tagged(1, &integer(5)), tagged(2, &integer(10)), tagged(3, &sequence(&[stamp, pac])), tagged(4, &body)]))
}

/// The AS-REP that answers [`as_req`].
pub fn as_rep(client: &str, realm: &str, rng: &mut Rng) -> Vec<u8> {
    let ticket = tlv(
        0x61,
        &sequence(&[
            tagged(0, &integer(5)),
            tagged(1, &string(realm)),
            tagged(2, &principal(2, &["krbtgt", realm])),
            tagged(3, &encrypted(AES256, Some(2), &rng.bytes(260))),
        ]),
    );
    let reply = [
        tagged(0, &integer(5)),
        tagged(1, &integer(11)),
        tagged(3, &string(realm)),
        tagged(4, &principal(1, &[client])),
        tagged(5, &ticket),
        tagged(6, &encrypted(AES256, None, &rng.bytes(140))),
    ];
    tlv(0x6b, &sequence(&reply))
}
