//! DHCP Activity (4004).

use super::object::{decode_endpoint, decode_ip, encode_endpoint, encode_ip};
use super::v1;
use crate::activity::{DHCP, id_of, kind_of};
use crate::error::WireError;
use weft_model::DhcpActivity;

pub(super) fn encode(dhcp: DhcpActivity) -> v1::DhcpActivity {
    v1::DhcpActivity {
        activity_id: i32::from(id_of(DHCP, &dhcp.kind).0),
        src_endpoint: encode_endpoint(dhcp.src_endpoint),
        dst_endpoint: encode_endpoint(dhcp.dst_endpoint),
        transaction_uid: dhcp.transaction_uid,
        lease_dur: dhcp.lease_s,
        mac: dhcp.mac,
        hostname: dhcp.hostname,
        leased_ip: encode_ip(dhcp.leased_ip),
    }
}

pub(super) fn decode(dhcp: v1::DhcpActivity) -> Result<DhcpActivity, WireError> {
    Ok(DhcpActivity {
        kind: kind_of(DHCP, i64::from(dhcp.activity_id)).unwrap_or_default(),
        src_endpoint: decode_endpoint(dhcp.src_endpoint)?,
        dst_endpoint: decode_endpoint(dhcp.dst_endpoint)?,
        transaction_uid: dhcp.transaction_uid,
        mac: dhcp.mac,
        hostname: dhcp.hostname,
        leased_ip: decode_ip(&dhcp.leased_ip, "leased_ip")?,
        lease_s: dhcp.lease_dur,
    })
}
