//! What the decoder saw and what it dropped, each under a name.

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counts since the decoder was made.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Counters {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Counters {
            /// Every count with its name, in a fixed order: for reports and metrics.
            pub fn each(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }
        }
    };
}

counters! {
    /// Packets given to the decoder.
    packets,
    /// Packets that could not be decoded, whatever the reason.
    undecodable,
    /// Packets that carry no IP (ARP, LLDP, spanning tree ...).
    non_ip,
    /// Packets captured shorter than they were on the wire.
    snapped,
    /// IP fragments, first ones included.
    fragments,
    /// IP fragments after the first: not decoded, and not in any flow's byte count.
    fragments_skipped,
    /// Packets taken out of a tunnel (GRE, ERSPAN, VXLAN, Geneve, GTP-U, Teredo, IP in IP).
    decapsulated,
    /// Flows begun.
    flows,
    /// Flows written out early because `max_flows` was reached.
    flows_evicted,
    /// Flows split at `active_timeout_ms`.
    flows_split,
    /// Times the capture clock went back by more than the idle timeout; all flows were written out.
    clock_went_back,
    /// Gaps in a TCP stream that was being read (loss, or a start in mid-stream).
    stream_gaps,
    /// Messages given up because they are longer than `max_stream_bytes`.
    messages_too_long,
    /// Bufferings refused because `max_buffered_bytes` was reached.
    buffer_full,
    /// Handshakes that look like TLS and are not.
    tls_malformed,
    /// HTTP requests or responses that could not be parsed.
    http_malformed,
    /// HTTP requests written out without response because too many waited on one connection.
    http_unanswered_early,
    /// Messages on the DNS port that are not DNS.
    dns_malformed,
    /// DNS messages whose answers could be read in part only.
    dns_answers_partial,
    /// DNS queries seen again while the first one still waited.
    dns_retransmissions,
    /// Responses without a query.
    dns_unasked,
    /// DNS queries without an answer.
    dns_unanswered,
    /// Messages on the DHCP ports that are not DHCP.
    dhcp_malformed,
    /// Messages on the Kerberos port that are not Kerberos.
    kerberos_malformed,
    /// DNS queries and Kerberos requests written out early because `max_pending_exchanges` was reached.
    exchanges_evicted,
    /// Events written.
    events,
}
