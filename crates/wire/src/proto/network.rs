//! Network Activity (4001).

use super::object::{decode_endpoint, encode_endpoint, narrow};
use super::v1;
use crate::error::WireError;
use weft_model::{EventTime, NetworkActivity, Tls, Traffic};

pub(super) fn encode(flow: NetworkActivity) -> v1::NetworkActivity {
    v1::NetworkActivity {
        src_endpoint: encode_endpoint(flow.src_endpoint),
        dst_endpoint: encode_endpoint(flow.dst_endpoint),
        connection_info: Some(v1::NetworkConnectionInfo { protocol_num: u32::from(flow.protocol_num), community_uid: flow.community_uid }),
        traffic: Some(v1::NetworkTraffic {
            bytes_out: flow.traffic.bytes_out,
            bytes_in: flow.traffic.bytes_in,
            packets_out: flow.traffic.packets_out,
            packets_in: flow.traffic.packets_in,
        }),
        start_time: flow.start_time.0,
        end_time: flow.end_time.0,
        tls: flow.tls.map(|tls| v1::Tls { sni: tls.sni, version: tls.version, alpn: tls.alpn, ja4: tls.ja4 }),
        app_protocol_name: flow.app_name,
    }
}

pub(super) fn decode(flow: v1::NetworkActivity) -> Result<NetworkActivity, WireError> {
    let connection = flow.connection_info.unwrap_or_default();
    let traffic = flow.traffic.unwrap_or_default();
    Ok(NetworkActivity {
        src_endpoint: decode_endpoint(flow.src_endpoint)?,
        dst_endpoint: decode_endpoint(flow.dst_endpoint)?,
        protocol_num: narrow(connection.protocol_num, "connection_info.protocol_num", "0 to 255")?,
        community_uid: connection.community_uid,
        traffic: Traffic {
            bytes_out: traffic.bytes_out,
            bytes_in: traffic.bytes_in,
            packets_out: traffic.packets_out,
            packets_in: traffic.packets_in,
        },
        start_time: EventTime(flow.start_time),
        end_time: EventTime(flow.end_time),
        tls: flow.tls.map(|tls| Tls { sni: tls.sni, ja4: tls.ja4, version: tls.version, alpn: tls.alpn }),
        app_name: flow.app_protocol_name,
    })
}
