//! Packets to events: flows, DNS, TLS ClientHello, HTTP/1 requests, DHCP, Kerberos AS exchanges and NTLM (in SMB and HTTP/1).
//!
//! Pure: bytes and capture times in, [`weft_model::Event`]s out. Must not know where packets come from (file, interface), read a
//! clock, or panic on any input; every drop is counted by name in [`Counters`].
//!
//! ```text
//! link -> packet (IP, tunnels, ports) -+-> dns, dhcp (UDP: the message is the event)
//!                                      +-> flow_table -> conversation (TCP: tls, http, dns, kerberos, smb) -> flow event
//! ```
//!
//! Choices worth knowing:
//! - The initiator of a TCP flow is the sender of the SYN. Without a SYN it is the sender of the first packet, unless that packet
//!   goes from a port below 1024 to one above: then it is taken as an answer.
//! - DNS over UDP and DHCP give no flow event: their message is the event. A datagram on these ports that is not one is a flow.
//! - A flow event is written once, at the end of the flow, with the time of its first packet. A flow longer than
//!   `active_timeout_ms` is split: the next packet starts a new segment, which is a flow event of its own.
//! - A TCP connection on which both ends have spoken may be silent for ten minutes, any other flow for two.
//! - Of a fragmented packet only the first fragment is read and counted; a tunnelled packet counts as the innermost one alone.
//! - Endpoints carry no MAC address: the address on the wire is often the router's. DHCP says which device has which address.

mod community_id;
mod conversation;
mod counters;
mod cursor;
mod decoder;
mod dhcp;
mod dns_exchange;
mod dns_message;
mod error;
mod event;
mod flow;
mod flow_key;
mod flow_table;
mod http;
mod http_exchange;
mod ja4;
mod kerberos;
mod kerberos_exchange;
mod limits;
mod link;
mod ntlm;
mod packet;
mod smb;
mod stream;
mod text;
mod tls;
mod tunnel;

pub use community_id::community_id;
pub use counters::Counters;
pub use decoder::Decoder;
pub use dhcp::dhcp_event;
pub use dns_exchange::dns_event;
pub use dns_message::type_name;
pub use error::PacketError;
pub use flow::{FlowRecord, flow_event};
pub use http_exchange::http_event;
pub use ja4::ja4;
pub use kerberos_exchange::kerberos_event;
pub use limits::Limits;
pub use tls::{ClientHello, HelloError, read as read_client_hello};
