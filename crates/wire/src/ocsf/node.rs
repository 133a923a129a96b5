//! Reading JSON that somebody else wrote: an absent or null attribute is none, a wrong type is a named error.

use crate::error::WireError;
use serde_json::Value;
use std::net::IpAddr;

/// The longest list of one attribute that is read (the model's own caps are at most 1,000).
pub const MAX_LIST: usize = 16_384;

/// A value, or nothing.
#[derive(Clone, Copy)]
pub(super) struct Node<'a>(Option<&'a Value>);

impl<'a> Node<'a> {
    pub(super) fn new(value: &'a Value) -> Self {
        Self(Some(value).filter(|value| !value.is_null()))
    }
    /// The attribute `key`, nothing when this is no object or has no such attribute.
    pub(super) fn at(self, key: &str) -> Self {
        Self(self.0.and_then(|value| value.get(key)).filter(|value| !value.is_null()))
    }
    pub(super) fn value(self) -> Option<&'a Value> {
        self.0
    }
    pub(super) fn is_some(self) -> bool {
        self.0.is_some()
    }
    fn typed<T>(
        self,
        field: &'static str,
        expected: &'static str,
        get: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, WireError> {
        self.0.map(|value| get(value).ok_or(WireError::Invalid { field, expected })).transpose()
    }
    pub(super) fn text(self, field: &'static str) -> Result<Option<&'a str>, WireError> {
        self.typed(field, "a string", Value::as_str)
    }
    pub(super) fn owned(self, field: &'static str) -> Result<Option<String>, WireError> {
        Ok(self.text(field)?.map(str::to_owned))
    }
    /// A text where the model has no "absent": absent is empty.
    pub(super) fn plain(self, field: &'static str) -> Result<String, WireError> {
        Ok(self.owned(field)?.unwrap_or_default())
    }
    pub(super) fn boolean(self, field: &'static str) -> Result<Option<bool>, WireError> {
        self.typed(field, "true or false", Value::as_bool)
    }
    /// An integer in the range of `T`.
    pub(super) fn number<T: TryFrom<i128>>(self, field: &'static str, expected: &'static str) -> Result<Option<T>, WireError> {
        self.typed(field, expected, |value| {
            let number = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
            number.and_then(|number| T::try_from(number).ok())
        })
    }
    pub(super) fn ip(self, field: &'static str) -> Result<Option<IpAddr>, WireError> {
        self.typed(field, "an IP address", |value| value.as_str().and_then(|text| text.trim().parse().ok()))
    }
    /// The entries of a list, none when absent.
    pub(super) fn list(self, field: &'static str) -> Result<impl Iterator<Item = Node<'a>>, WireError> {
        let entries =
            self.typed(field, "a list of at most 16384 entries", |value| value.as_array().filter(|list| list.len() <= MAX_LIST))?;
        Ok(entries.map(Vec::as_slice).unwrap_or_default().iter().map(Node::new))
    }
    /// A list of strings.
    pub(super) fn texts(self, field: &'static str) -> Result<Vec<String>, WireError> {
        self.list(field)?.map(|entry| entry.plain(field)).collect()
    }
}
