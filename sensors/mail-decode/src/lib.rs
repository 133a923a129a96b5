//! MIME messages to events, pure
