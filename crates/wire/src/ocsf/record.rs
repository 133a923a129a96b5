//! An OCSF object under construction, and what a class must offer.

use super::OCSF_VERSION;
use super::node::Node;
use crate::error::WireError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// One OCSF class: how its body is written as attributes and read back.
pub(super) trait Class: Serialize + DeserializeOwned + Default {
    /// `class_uid`; its thousands are the category.
    const UID: u32;
    /// `class_name`.
    const NAME: &'static str;
    /// Writes activity and attributes; only what the schema of the class accepts.
    fn write(&self, record: &mut Record);
    /// Reads the attributes.
    fn read(record: Node<'_>) -> Result<Self, WireError>;
}

/// The attributes so far.
pub(super) struct Record {
    class_uid: u32,
    attributes: Map<String, Value>,
    metadata: Map<String, Value>,
}

impl Record {
    /// An object of class `uid` without activity.
    pub(super) fn new(uid: u32, name: &str) -> Self {
        let category_uid = uid / 1000;
        let category = match category_uid {
            2 => "Findings",
            3 => "Identity & Access Management",
            4 => "Network Activity",
            _ => "Application Activity",
        };
        let mut record = Self { class_uid: uid, attributes: Map::new(), metadata: Map::new() };
        record.set("class_uid", uid);
        record.set("class_name", name);
        record.set("category_uid", category_uid);
        record.set("category_name", category);
        record.metadata("version", OCSF_VERSION);
        record
    }
    /// `activity_id`, `activity_name` and `type_uid`, which is 100 times the class plus the activity.
    pub(super) fn activity(&mut self, (id, name): (u8, &str)) {
        self.set("activity_id", id);
        self.set("activity_name", name);
        self.set("type_uid", u64::from(self.class_uid) * 100 + u64::from(id));
    }
    pub(super) fn severity(&mut self, id: u8, name: &str) {
        self.set("severity_id", id);
        self.set("severity", name);
    }
    pub(super) fn status(&mut self, (id, name): (u8, &str)) {
        self.set("status_id", id);
        self.set("status", name);
    }
    pub(super) fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.attributes.insert(key.to_owned(), value.into());
    }
    pub(super) fn option(&mut self, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }
    pub(super) fn metadata(&mut self, key: &str, value: impl Into<Value>) {
        self.metadata.insert(key.to_owned(), value.into());
    }
    pub(super) fn metadata_option(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.metadata(key, value);
        }
    }
    /// `metadata.product`: who wrote the record.
    pub(super) fn product(&mut self, name: &str) {
        self.metadata("product", json!({ "name": name }));
    }
    pub(super) fn finish(mut self) -> Value {
        self.attributes.insert("metadata".to_owned(), Value::Object(self.metadata));
        Value::Object(self.attributes)
    }
}
