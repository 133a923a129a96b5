//! Every bound of the decoder in one place, so that hostile traffic cannot make it grow.

/// Bounds on time and memory. The defaults keep the decoder under about 300 MB in the worst case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Flows kept at once; above it the one silent for longest is written out early and counted.
    pub max_flows: usize,
    /// A flow silent for this long has ended, in milliseconds.
    pub idle_timeout_ms: i64,
    /// The same for a TCP connection on which both ends have spoken, in milliseconds: these rest between keep-alives.
    pub established_timeout_ms: i64,
    /// A flow longer than this is split into segments, in milliseconds.
    pub active_timeout_ms: i64,
    /// How long a closed TCP flow waits for late packets, in milliseconds.
    pub linger_ms: i64,
    /// How long a DNS query or a Kerberos request waits for its answer, in milliseconds.
    pub exchange_timeout_ms: i64,
    /// DNS queries, and separately Kerberos requests, that wait at once; above it the oldest is written out unanswered.
    pub max_pending_exchanges: usize,
    /// Bytes kept in each direction of one TCP flow to reorder segments, and again to complete a message.
    pub max_stream_bytes: usize,
    /// Bytes kept over all flows for reassembly and unanswered HTTP requests; above it new buffering is refused and counted.
    pub max_buffered_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_flows: 200_000,
            idle_timeout_ms: 120_000,
            established_timeout_ms: 600_000,
            active_timeout_ms: 3_600_000,
            linger_ms: 5_000,
            exchange_timeout_ms: 10_000,
            max_pending_exchanges: 50_000,
            max_stream_bytes: 16 * 1024,
            max_buffered_bytes: 64 * 1024 * 1024,
        }
    }
}
