//! Community ID version 1, the flow hash that network tools share (<https://github.com/corelight/community-id-spec>).

use crate::flow_key::{End, FlowKey};
use data_encoding::BASE64;
use sha1::{Digest, Sha1};
use std::net::IpAddr;

/// The Community ID (seed 0) of a packet of either direction. For ICMP the ports are type and code; for protocols other than
/// TCP, UDP, SCTP and ICMP they do not count.
pub fn community_id(source: IpAddr, destination: IpAddr, source_port: u16, destination_port: u16, protocol: u8) -> String {
    of_key(&FlowKey::new(source, destination, protocol, source_port, destination_port).0)
}

pub(crate) fn of_key(key: &FlowKey) -> String {
    let mut hasher = Sha1::new();
    hasher.update([0, 0]);
    hasher.update(key.address_bytes(End::Low));
    hasher.update(key.address_bytes(End::High));
    hasher.update([key.protocol(), 0]);
    if key.has_ports() || key.is_icmp() {
        hasher.update(key.port(End::Low).to_be_bytes());
        hasher.update(key.port(End::High).to_be_bytes());
    }
    format!("1:{}", BASE64.encode(&hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(source: &str, destination: &str, source_port: u16, destination_port: u16, protocol: u8) -> String {
        community_id(source.parse().unwrap(), destination.parse().unwrap(), source_port, destination_port, protocol)
    }

    /// The table of the specification's repository.
    #[test]
    fn matches_the_published_table() {
        for protocol in
            [(6, "1:wCb3OG7yAFWelaUydu0D+125CLM="), (17, "1:0Mu9InQx6z4ZiCZM/7HXi2WMhOg="), (132, "1:EKt4MsxuyaE6mL+hmrEkQ9csDD8=")]
        {
            assert_eq!(id("1.2.3.4", "5.6.7.8", 1122, 3344, protocol.0), protocol.1);
            assert_eq!(id("5.6.7.8", "1.2.3.4", 3344, 1122, protocol.0), protocol.1);
        }
        assert_eq!(id("1.2.3.4", "5.6.7.8", 8, 0, 1), "1:crodRHL2FEsHjbv3UkRrfbs4bZ0=");
        assert_eq!(id("5.6.7.8", "1.2.3.4", 0, 0, 1), "1:crodRHL2FEsHjbv3UkRrfbs4bZ0=");
        assert_eq!(id("1.2.3.4", "5.6.7.8", 11, 0, 1), "1:f/YiSyWqczrTgfUCZlBUnvHRcPk=");
        let (a, b) = ("fe80:0001:0203:0405:0607:0809:0A0B:0C0D", "fe80:1011:1213:1415:1617:1819:1A1B:1C1D");
        assert_eq!(id(a, b, 128, 0, 58), "1:0bf7hyMJUwt3fMED7z8LIfRpBeo=");
        assert_eq!(id(b, a, 129, 0, 58), "1:0bf7hyMJUwt3fMED7z8LIfRpBeo=");
        assert_eq!(id(a, b, 146, 0, 58), "1:fYC8+pz24E+EhANP1EZhpX0Dw10=");
        assert_eq!(id("1.2.3.4", "5.6.7.8", 0, 0, 46), "1:ikv3kmf89luf73WPz1jOs49S768=");
        assert_eq!(id(b, a, 0, 0, 46), "1:wQ/2mwrnXP4lmJcHdGL5ePjR+e0=");
    }
}
