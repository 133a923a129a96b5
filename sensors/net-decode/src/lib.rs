//! packets to events, pure
