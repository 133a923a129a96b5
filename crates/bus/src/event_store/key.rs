//! The key of a stored event: time, order-preserving also before 1970, then uid.

use crate::error::BusError;
use weft_model::{EventRef, EventTime, EventUid};

/// 8 bytes of time (big-endian, sign bit flipped) and 16 of uid: byte order is (time, uid) order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EventKey([u8; 24]);

impl EventKey {
    pub(super) fn new(reference: EventRef) -> Self {
        let time = reference.time.0.cast_unsigned() ^ (1 << 63);
        let mut key = [0; 24];
        for (to, from) in key.iter_mut().zip(time.to_be_bytes().into_iter().chain(reference.uid.0)) {
            *to = from;
        }
        Self(key)
    }

    /// The least key an event of that time can have.
    pub(super) fn first_of(time: EventTime) -> Self {
        Self::new(EventRef { time, uid: EventUid([0; 16]) })
    }

    pub(super) fn bytes(self) -> [u8; 24] {
        self.0
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<EventRef, BusError> {
        let parsed =
            bytes.split_first_chunk::<8>().and_then(|(time, uid)| Some((u64::from_be_bytes(*time), <[u8; 16]>::try_from(uid).ok()?)));
        let (time, uid) = parsed.ok_or_else(|| BusError::Corrupt { what: "the event store's index".to_owned() })?;
        Ok(EventRef { time: EventTime((time ^ (1 << 63)).cast_signed()), uid: EventUid(uid) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_sort_as_references_do(a: (i64, [u8; 16]), b: (i64, [u8; 16])) {
            let reference = |(time, uid)| EventRef { time: EventTime(time), uid: EventUid(uid) };
            let (a, b) = (reference(a), reference(b));
            prop_assert_eq!(EventKey::new(a).cmp(&EventKey::new(b)), a.cmp(&b));
            prop_assert_eq!(EventKey::parse(&EventKey::new(a).bytes()).ok(), Some(a));
        }
    }

    #[test]
    fn other_lengths_are_refused() {
        assert!(EventKey::parse(&[0; 23]).is_err());
        assert!(EventKey::parse(&[0; 25]).is_err());
    }
}
