//! State as bytes: one version byte, then the value in postcard's wire format (<https://postcard.jamesmunns.com/wire-format>). Knows no files.

use serde::{Serialize, de::DeserializeOwned};

/// Why bytes are not a state.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error("state is empty")]
    Empty,
    #[error("state has version {found}, this program reads version {expected}: migrate it first")]
    Version { found: u8, expected: u8 },
    #[error("state is damaged, drop it and learn again")]
    Damaged(#[source] postcard::Error),
}

/// The bytes of `value` under `version`.
///
/// # Errors
/// `Damaged` when the type cannot be written (a map without length); never for the types of this crate.
pub fn encode<T: Serialize>(version: u8, value: &T) -> Result<Vec<u8>, SnapshotError> {
    postcard::to_extend(value, vec![version]).map_err(SnapshotError::Damaged)
}

/// The value in `bytes`.
///
/// # Errors
/// Another version, or bytes that are no such value.
pub fn decode<T: DeserializeOwned>(version: u8, bytes: &[u8]) -> Result<T, SnapshotError> {
    match bytes.split_first() {
        None => Err(SnapshotError::Empty),
        Some((found, _)) if *found != version => Err(SnapshotError::Version { found: *found, expected: version }),
        Some((_, rest)) => postcard::from_bytes(rest).map_err(SnapshotError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_and_damage_is_an_error() {
        let bytes = encode(1, &(7u32, vec![1.5f32])).unwrap();
        assert_eq!(decode::<(u32, Vec<f32>)>(1, &bytes).unwrap(), (7, vec![1.5]));
        assert!(matches!(decode::<u32>(2, &bytes), Err(SnapshotError::Version { found: 1, expected: 2 })));
        assert!(matches!(decode::<(u32, Vec<f32>)>(1, &bytes[..4]), Err(SnapshotError::Damaged(_))));
        assert!(matches!(decode::<u32>(1, &[]), Err(SnapshotError::Empty)));
    }
}
