//! The beginning of an SMB connection: who signs in by NTLM and what the server says (MS-SMB2 section 2.2.5, MS-CIFS section 2.2.4.53).
//! Reads headers and session setups only; the first request behind a successful one ends the reading.

use crate::conversation::Context;
use crate::ntlm::{self, Claim, ntlm_event};
use weft_model::Status;

/// Most session setups read on one connection.
const MAX_SETUPS: u8 = 16;
/// STATUS_MORE_PROCESSING_REQUIRED: the server wants another message.
const MORE_PROCESSING: u32 = 0xc000_0016;

/// What a message is, by its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    is_setup: bool,
    is_negotiation: bool,
    is_reply: bool,
    status: u32,
    id: u64,
}

fn word<const N: usize>(data: &[u8], at: usize) -> Option<[u8; N]> {
    data.get(at..)?.first_chunk().copied()
}

fn header(message: &[u8]) -> Option<Header> {
    match message.first_chunk()? {
        [0xfe, b'S', b'M', b'B'] => {
            let command = u16::from_le_bytes(word(message, 12)?);
            Some(Header {
                is_setup: command == 1,
                is_negotiation: command == 0,
                is_reply: u32::from_le_bytes(word(message, 16)?) & 1 != 0,
                status: u32::from_le_bytes(word(message, 8)?),
                id: u64::from_le_bytes(word(message, 24)?),
            })
        }
        [0xff, b'S', b'M', b'B'] => {
            let command = *message.get(4)?;
            Some(Header {
                is_setup: command == 0x73,
                is_negotiation: command == 0x72,
                is_reply: message.get(9)? & 0x80 != 0,
                status: u32::from_le_bytes(word(message, 5)?),
                id: u64::from(u16::from_le_bytes(word(message, 30)?)),
            })
        }
        _ => None,
    }
}

/// One connection until somebody has signed in.
#[derive(Debug, Default)]
pub(crate) struct SmbSetup {
    waiting: Option<(u64, Claim, i64)>,
    setups: u8,
    is_done: bool,
}

impl SmbSetup {
    /// Bytes kept.
    pub(crate) fn buffered(&self) -> usize {
        self.waiting.as_ref().map_or(0, |(_, claim, _)| claim.user.len() + claim.domain.len() + claim.workstation.len())
    }

    /// Takes one message without its length prefix; true when nothing more is to be learnt.
    pub(crate) fn message(&mut self, message: &[u8], context: &mut Context<'_>) -> bool {
        if self.is_done && self.waiting.is_none() {
            return true;
        }
        let Some(header) = header(message) else { return false };
        if header.is_reply {
            if let Some((_, claim, time_ns)) = self.waiting.take_if(|(id, ..)| *id == header.id) {
                let verdict = match header.status {
                    0 => (Status::Success, None),
                    MORE_PROCESSING => (Status::Unknown, None),
                    code => (Status::Failure, Some(format!("{code:#010x}"))),
                };
                write(claim, time_ns, verdict, context);
            }
        } else if header.is_setup {
            self.setups = self.setups.saturating_add(1);
            self.finish(context);
            self.waiting = ntlm::find(message).map(|claim| (header.id, claim, context.time_ns));
            self.is_done = self.setups >= MAX_SETUPS;
        } else if !header.is_negotiation {
            self.finish(context);
            self.is_done = true;
        }
        self.is_done && self.waiting.is_none()
    }

    /// Writes out what waits: the connection ended, or its answer was not seen.
    pub(crate) fn finish(&mut self, context: &mut Context<'_>) {
        if let Some((_, claim, time_ns)) = self.waiting.take() {
            write(claim, time_ns, (Status::Unknown, None), context);
        }
    }
}

fn write(claim: Claim, time_ns: i64, verdict: (Status, Option<String>), context: &mut Context<'_>) {
    (context.out)(ntlm_event((context.client, context.server), claim, "smb", time_ns, verdict));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_both_versions() {
        let mut new = [0u8; 64];
        new[..4].copy_from_slice(b"\xfeSMB");
        (new[8], new[11], new[12], new[16], new[24]) = (0x16, 0xc0, 1, 1, 3);
        let setup = Header { is_setup: true, is_negotiation: false, is_reply: true, status: MORE_PROCESSING, id: 3 };
        assert_eq!(header(&new), Some(setup));
        let mut old = [0u8; 32];
        old[..4].copy_from_slice(b"\xffSMB");
        (old[4], old[9], old[30]) = (0x73, 0x80, 9);
        assert_eq!(header(&old), Some(Header { status: 0, id: 9, ..setup }));
        assert_eq!(header(&new[..20]), None);
        assert_eq!(header(b"GET / HTTP/1.1"), None);
    }
}
