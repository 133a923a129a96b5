//! HTTP Activity (4002).

use super::object::{decode_endpoint, encode_endpoint, narrow};
use super::v1;
use crate::error::WireError;
use weft_model::HttpActivity;

pub(super) fn encode(http: HttpActivity) -> v1::HttpActivity {
    v1::HttpActivity {
        src_endpoint: encode_endpoint(http.src_endpoint),
        dst_endpoint: encode_endpoint(http.dst_endpoint),
        http_request: Some(v1::HttpRequest {
            http_method: http.http_method,
            url: Some(v1::RequestUrl { hostname: http.host, path: http.path }),
            user_agent: http.user_agent,
            referrer: http.referrer,
        }),
        http_response: http.status_code.map(|code| v1::HttpResponse { code: u32::from(code) }),
    }
}

pub(super) fn decode(http: v1::HttpActivity) -> Result<HttpActivity, WireError> {
    let request = http.http_request.unwrap_or_default();
    let url = request.url.unwrap_or_default();
    Ok(HttpActivity {
        src_endpoint: decode_endpoint(http.src_endpoint)?,
        dst_endpoint: decode_endpoint(http.dst_endpoint)?,
        http_method: request.http_method,
        host: url.hostname,
        path: url.path,
        user_agent: request.user_agent,
        referrer: request.referrer,
        status_code: http.http_response.map(|r| narrow(r.code, "http_response.code", "0 to 65535")).transpose()?,
    })
}
