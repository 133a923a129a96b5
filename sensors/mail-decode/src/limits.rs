//! Every cap of the decoder. What is beyond a cap is left out of the event; the event itself always comes.

/// Bytes of a whole message; larger ones are refused as `oversized_message`.
pub const MAX_MESSAGE_BYTES: usize = 64 << 20;
/// Bytes of a header block that are looked at (Exchange writes up to about 60 KiB).
pub const MAX_HEADER_BYTES: usize = 256 << 10;
/// Header fields of a block.
pub const MAX_FIELDS: usize = 1_000;
/// Bytes of one header field's value; room for 1,000 recipients with names.
pub const MAX_FIELD_BYTES: usize = 128 << 10;
/// Bytes of a Content-Type or Content-Disposition value (the cost of its continuations grows with the square of their number).
pub const MAX_MIME_FIELD_BYTES: usize = 4 << 10;
/// Levels of multipart and attached messages.
pub const MAX_DEPTH: usize = 24;
/// Attached messages that are themselves transfer-encoded, inside one another (RFC 2046 forbids even one).
pub const MAX_ENCODED_MESSAGES: usize = 3;
/// MIME parts of all levels together.
pub const MAX_PARTS: usize = 1_000;
/// Bytes of one text or HTML part that are searched for links.
pub const MAX_TEXT_BYTES: usize = 1 << 20;
/// Bytes of all text and HTML parts of a message that are searched for links.
pub const MAX_TEXT_BYTES_IN_ALL: usize = 4 << 20;
/// Memory that the HTML reader may use, in bytes; beyond it the links found so far are kept.
pub const MAX_HTML_MEMORY: usize = 2 << 20;
/// Links of a message (see `EmailActivity::links`).
pub const MAX_LINKS: usize = 200;
/// Bytes of a link's target.
pub const MAX_URL_BYTES: usize = 2_048;
/// Bytes of a link's target before a link protection service is unwrapped.
pub const MAX_WRAPPED_URL_BYTES: usize = 16 << 10;
/// Link protection services around one another.
pub const MAX_WRAPPERS: usize = 4;
/// Characters of a link's visible text.
pub const MAX_LINK_TEXT_CHARS: usize = 256;
/// Attachments of a message.
pub const MAX_ATTACHMENTS: usize = 100;
/// To and Cc addresses together; the same number of envelope recipients.
pub const MAX_RECIPIENTS: usize = 1_000;
/// Message-IDs that a message answers.
pub const MAX_IN_REPLY_TO: usize = 32;
/// Bytes of an address (64 + 1 + 255, RFC 5321 section 4.5.3.1).
pub const MAX_ADDRESS_BYTES: usize = 320;
/// Bytes of a Message-ID (one line, RFC 5322 section 2.1.1).
pub const MAX_MESSAGE_ID_BYTES: usize = 998;
/// Bytes of a display name and of an attachment's name.
pub const MAX_NAME_BYTES: usize = 512;
/// Bytes of a subject after decoding.
pub const MAX_SUBJECT_BYTES: usize = 2_048;
/// Bytes of the header block kept as raw data.
pub const MAX_RAW_BYTES: usize = 16 << 10;
/// Received fields looked at.
pub const MAX_HOPS: usize = 200;
