//! Looks at the size of an event before it is decoded: two bytes on the wire may become a hundred in memory.
//!
//! Knows only which fields of `schemas/event/v1` repeat, not what they mean.

use crate::error::WireError;
use prost::bytes::Buf;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

/// The largest event that is read, in bytes.
pub const MAX_EVENT_BYTES: usize = 4 << 20;
/// The most list entries of one event that are read, all lists together (the model's own caps add up to less than 3,000).
pub const MAX_REPEATED: usize = 16_384;
/// Below this size no list can be large enough to matter, and the look is spared.
const SMALL_EVENT_BYTES: usize = 32 << 10;

/// Field of the event's body -> the message in it that holds lists of its own.
const NESTED_LISTS: [(u32, u32); 4] = [(NETWORK_ACTIVITY, 7), (EMAIL_ACTIVITY, 1), (ENTITY_MANAGEMENT, 4), (DETECTION_FINDING, 11)];
const NETWORK_ACTIVITY: u32 = 10;
const EMAIL_ACTIVITY: u32 = 15;
const ENTITY_MANAGEMENT: u32 = 17;
const DETECTION_FINDING: u32 = 20;
const LAST_BODY: u32 = DETECTION_FINDING;

/// Refuses an event that is too large or whose lists are too long. What is not Protobuf is left for the decoder to name.
pub(super) fn check(bytes: &[u8]) -> Result<(), WireError> {
    if bytes.len() > MAX_EVENT_BYTES {
        return Err(WireError::TooLarge { size: bytes.len(), cap: MAX_EVENT_BYTES });
    }
    if bytes.len() <= SMALL_EVENT_BYTES {
        return Ok(());
    }
    let mut fields = 0usize;
    each_message(bytes, &mut fields, |number, body, fields| {
        if !(NETWORK_ACTIVITY..=LAST_BODY).contains(&number) {
            return Ok(());
        }
        let nested = NESTED_LISTS.iter().find(|(of, _)| *of == number).map(|(_, field)| *field);
        each_message(body, fields, |field, inner, fields| match nested {
            Some(nested) if nested == field => each_message(inner, fields, |_, _, _| Ok(())),
            _ => Ok(()),
        })
    })
}

/// Counts the fields of a message into `fields` and hands each length-delimited one to `visit`.
fn each_message(
    mut bytes: &[u8],
    fields: &mut usize,
    mut visit: impl FnMut(u32, &[u8], &mut usize) -> Result<(), WireError>,
) -> Result<(), WireError> {
    while bytes.has_remaining() {
        let (number, wire_type) = decode_key(&mut bytes)?;
        *fields = fields.saturating_add(1);
        if *fields > MAX_REPEATED {
            return Err(WireError::TooManyEntries { cap: MAX_REPEATED });
        }
        if wire_type == WireType::LengthDelimited {
            let length = decode_varint(&mut bytes)?;
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let (value, rest) =
                bytes.split_at_checked(length).ok_or(WireError::Invalid { field: "length", expected: "within the event" })?;
            visit(number, value, fields)?;
            bytes = rest;
        } else {
            skip_field(wire_type, number, &mut bytes, DecodeContext::default())?;
        }
    }
    Ok(())
}
