//! Zeek logs (<https://docs.zeek.org/en/master/logs/index.html>): one module a log, the same for TSV and JSON. Must not know which
//! of the two a record was.

mod conn;
mod dhcp;
mod dns;
mod fields;
mod http;
mod json;
mod kerberos;
mod ssl;
mod tsv;

pub(crate) use json::json_line;
pub(crate) use tsv::ZeekTsv;

use crate::error::LogError;
use crate::event::Source;
use fields::Fields;
use weft_model::Event;

/// The logs that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Log {
    Conn,
    Dns,
    Http,
    Ssl,
    Dhcp,
    Kerberos,
}

impl Log {
    /// By the log's path. Those of connections still open (`open_conn`, of the package zeek-open-connections) hold the same records.
    fn of_path(path: &str) -> Option<Self> {
        Some(match path.strip_prefix("open_").unwrap_or(path) {
            "conn" => Self::Conn,
            "dns" => Self::Dns,
            "http" => Self::Http,
            "ssl" => Self::Ssl,
            "dhcp" => Self::Dhcp,
            "kerberos" => Self::Kerberos,
            _ => return None,
        })
    }

    fn source(self) -> Source {
        let log_name = match self {
            Self::Conn => "conn",
            Self::Dns => "dns",
            Self::Http => "http",
            Self::Ssl => "ssl",
            Self::Dhcp => "dhcp",
            Self::Kerberos => "kerberos",
        };
        Source { product: "Zeek", log_name }
    }

    fn map(self, record: &dyn Fields) -> Result<Event, LogError> {
        match self {
            Self::Conn => conn::map(record),
            Self::Dns => dns::map(record),
            Self::Http => http::map(record),
            Self::Ssl => ssl::map(record),
            Self::Dhcp => dhcp::map(record),
            Self::Kerberos => kerberos::map(record),
        }
    }
}
