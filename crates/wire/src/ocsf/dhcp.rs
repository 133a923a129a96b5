//! DHCP Activity (4004). The class has no attribute for the client that a server's message speaks of: it travels beside.

use super::node::Node;
use super::object::{activity_id, read_endpoint, write_endpoints};
use super::record::{Class, Record};
use crate::activity::{DHCP, id_of, kind_of};
use crate::error::WireError;
use weft_model::DhcpActivity;

impl Class for DhcpActivity {
    const UID: u32 = 4004;
    const NAME: &'static str = "DHCP Activity";

    fn write(&self, record: &mut Record) {
        record.activity(id_of(DHCP, &self.kind));
        write_endpoints(record, &self.src_endpoint, &self.dst_endpoint);
        record.set("transaction_uid", self.transaction_uid.to_string());
        record.option("lease_dur", self.lease_s);
    }

    fn read(record: Node<'_>) -> Result<Self, WireError> {
        let transaction = record.at("transaction_uid").text("transaction_uid")?;
        Ok(Self {
            kind: kind_of(DHCP, activity_id(record)?).unwrap_or_default(),
            src_endpoint: read_endpoint(record.at("src_endpoint"))?,
            dst_endpoint: read_endpoint(record.at("dst_endpoint"))?,
            transaction_uid: transaction.and_then(|text| text.parse().ok()).unwrap_or(0),
            lease_s: record.at("lease_dur").number("lease_dur", "seconds")?,
            ..Self::default()
        })
    }
}
