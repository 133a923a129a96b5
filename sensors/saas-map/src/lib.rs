//! provider audit JSON to events, pure
