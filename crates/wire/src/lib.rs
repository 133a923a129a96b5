//! Events to and from Protobuf and OCSF 1.8.0 JSON; indicators and incidents to OCSF JSON; names, keys and headers of the topics.
//!
//! Bytes and values only: this crate must not know who sends, stores or reads them (no broker, no file, no clock). The formats are
//! written down in `schemas/`: `event/v1/*.proto`, `ocsf/` (generated from the OCSF schema), `weft/incident.schema.json`, and
//! `compat/` holds bytes of every released version that must stay readable.

mod activity;
mod canonical;
mod cloud_event;
mod error;
mod ocsf;
mod proto;
pub mod topic;

pub use canonical::to_canonical_string;
pub use cloud_event::{CE_SPECVERSION, CloudEvent, Kind};
pub use error::WireError;
pub use ocsf::{MAX_LIST, OCSF_VERSION, event_from_ocsf, event_to_ocsf, incident_to_ocsf, indicator_to_ocsf, severity_of_score};
pub use proto::{MAX_EVENT_BYTES, MAX_REPEATED, append_delimited, append_event, append_length, decode_event, encode_event};
pub use topic::{event_key, finding_key, incident_key, observation_key};

/// `content-type` of an event in Protobuf (message `weft.event.v1.Event`).
pub const CONTENT_TYPE_PROTOBUF: &str = "application/x-protobuf; messageType=weft.event.v1.Event";
/// `content-type` of OCSF JSON: an event, finding, incident or action.
pub const CONTENT_TYPE_OCSF_JSON: &str = "application/json; profile=ocsf-1.8.0";
