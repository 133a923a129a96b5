//! events to and from Protobuf and OCSF JSON
