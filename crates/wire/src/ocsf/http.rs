//! HTTP Activity (4002).

use super::node::Node;
use super::object::{put, read_endpoint, write_endpoints};
use super::record::{Class, Record};
use crate::activity::{OTHER, Row, id_of};
use crate::error::WireError;
use serde_json::{Map, json};
use weft_model::HttpActivity;

/// The methods that OCSF knows, with its activities.
const METHODS: &[Row<&str>] = &[
    ("CONNECT", 1, "Connect"),
    ("DELETE", 2, "Delete"),
    ("GET", 3, "Get"),
    ("HEAD", 4, "Head"),
    ("OPTIONS", 5, "Options"),
    ("POST", 6, "Post"),
    ("PUT", 7, "Put"),
    ("TRACE", 8, "Trace"),
    ("PATCH", 9, "Patch"),
];

impl Class for HttpActivity {
    const UID: u32 = 4002;
    const NAME: &'static str = "HTTP Activity";

    fn write(&self, record: &mut Record) {
        let activity = id_of(METHODS, &self.http_method.as_str());
        record.activity(activity);
        write_endpoints(record, &self.src_endpoint, &self.dst_endpoint);
        // The path is required of a url, so it is written even when empty.
        let mut url = Map::new();
        match self.path.split_once('?') {
            Some((path, query)) => {
                put(&mut url, "path", Some(path));
                put(&mut url, "query_string", Some(query));
            }
            None => put(&mut url, "path", Some(self.path.as_str())),
        }
        put(&mut url, "hostname", Some(self.host.as_str()).filter(|host| !host.is_empty()));
        let mut request = Map::new();
        put(&mut request, "url", Some(url));
        put(&mut request, "http_method", Some(self.http_method.as_str()).filter(|_| activity.0 != OTHER));
        put(&mut request, "user_agent", self.user_agent.as_deref());
        put(&mut request, "referrer", self.referrer.as_deref());
        record.set("http_request", request);
        record.option("http_response", self.status_code.map(|code| json!({ "code": code })));
    }

    fn read(record: Node<'_>) -> Result<Self, WireError> {
        let request = record.at("http_request");
        let url = request.at("url");
        let mut path = url.at("path").plain("http_request.url.path")?;
        if let Some(query) = url.at("query_string").text("http_request.url.query_string")? {
            path.push('?');
            path.push_str(query);
        }
        Ok(Self {
            src_endpoint: read_endpoint(record.at("src_endpoint"))?,
            dst_endpoint: read_endpoint(record.at("dst_endpoint"))?,
            http_method: request.at("http_method").plain("http_request.http_method")?,
            host: url.at("hostname").plain("http_request.url.hostname")?,
            path,
            user_agent: request.at("user_agent").owned("http_request.user_agent")?,
            referrer: request.at("referrer").owned("http_request.referrer")?,
            status_code: record.at("http_response").at("code").number("http_response.code", "0 to 65535")?,
        })
    }
}
