//! CloudEvents 1.0 headers in binary mode (CloudEvents Kafka protocol binding 1.0, section 3.2): the value stays as it is, the
//! attributes travel beside it.

use crate::{CONTENT_TYPE_OCSF_JSON, CONTENT_TYPE_PROTOBUF};
use weft_model::EventTime;

/// Version of the CloudEvents specification.
pub const CE_SPECVERSION: &str = "1.0";

/// The kinds of record that leave on a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An event in Protobuf.
    EventProtobuf,
    /// An event in OCSF JSON.
    EventJson,
    /// A finding (OCSF class 2004).
    Finding,
    /// An incident (OCSF class 2005).
    Incident,
    /// An action (OCSF class 7001).
    Action,
    /// A health report.
    Health,
    /// A record that could not be read.
    DeadLetter,
}

impl Kind {
    /// The `ce_type` header.
    pub fn ce_type(self) -> &'static str {
        match self {
            Self::EventProtobuf | Self::EventJson => "weft.event.v1",
            Self::Finding => "weft.finding.v1",
            Self::Incident => "weft.incident.v1",
            Self::Action => "weft.action.v1",
            Self::Health => "weft.health.v1",
            Self::DeadLetter => "weft.dead-letter.v1",
        }
    }
    /// The `content-type` header. Health reports and dead letters are plain JSON.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::EventProtobuf => CONTENT_TYPE_PROTOBUF,
            Self::EventJson | Self::Finding | Self::Incident | Self::Action => CONTENT_TYPE_OCSF_JSON,
            Self::Health | Self::DeadLetter => "application/json",
        }
    }
}

/// The attributes of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloudEvent<'a> {
    pub kind: Kind,
    /// Unique within `source`: the uid of the event, indicator or incident (an incident's with its revision).
    pub id: &'a str,
    /// Who produced it, a URI reference such as `/weft/acme/network`. Control characters are left out.
    pub source: &'a str,
    /// When it happened (event time, never the clock).
    pub time: EventTime,
}

impl CloudEvent<'_> {
    /// The headers in fixed order: `ce_specversion`, `ce_id`, `ce_source`, `ce_type`, `ce_time` (RFC 3339; left out for a time that
    /// RFC 3339 cannot write, before year 0 or after year 9999), `content-type`.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("ce_specversion", CE_SPECVERSION.to_owned()),
            ("ce_id", self.id.to_owned()),
            ("ce_source", self.source.chars().filter(|c| !c.is_control()).collect()),
            ("ce_type", self.kind.ce_type().to_owned()),
        ];
        let time = self.time.to_rfc3339();
        // A year before 0 is written with a sign, one after 9999 as a bare number: neither is RFC 3339.
        if time.ends_with('Z') && !time.starts_with('-') {
            headers.push(("ce_time", time));
        }
        headers.push(("content-type", self.kind.content_type().to_owned()));
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_those_of_the_kafka_binding() {
        let event = CloudEvent { kind: Kind::Incident, id: "ab", source: "/weft/acme\n", time: EventTime::from_unix(1_710_720_000, 0) };
        let expected = [
            ("ce_specversion", "1.0"),
            ("ce_id", "ab"),
            ("ce_source", "/weft/acme"),
            ("ce_type", "weft.incident.v1"),
            ("ce_time", "2024-03-18T00:00:00Z"),
            ("content-type", "application/json; profile=ocsf-1.8.0"),
        ];
        assert_eq!(event.headers(), expected.map(|(name, value)| (name, value.to_owned())));
    }

    #[test]
    fn a_time_outside_rfc_3339_is_left_out() {
        for time in [i64::MIN, -70_000_000_000_000, i64::MAX] {
            let event = CloudEvent { kind: Kind::EventProtobuf, id: "ab", source: "/weft", time: EventTime(time) };
            assert!(event.headers().iter().all(|(name, _)| *name != "ce_time"), "{time}");
        }
    }
}
