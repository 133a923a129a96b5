//! `http.log`: one request with its response. The uid is the one that `weft-net-decode` gives the request when its head came in one
//! packet.

use super::Log;
use super::fields::{Fields, ends, long_text, number, time_ns, uid};
use crate::error::LogError;
use crate::text;
use weft_model::{Event, HttpActivity};
use weft_net_decode::http_event;

pub(super) fn map(record: &dyn Fields) -> Result<Event, LogError> {
    let at_ns = time_ns(record)?;
    let (client, server) = ends(record)?;
    let depth = u32::try_from(number(record, "trans_depth")?).map_err(|_| LogError::BadNumber)?;
    let status_code = match number(record, "status_code")? {
        0 => None,
        code => Some(u16::try_from(code).map_err(|_| LogError::BadNumber)?),
    };
    let activity = HttpActivity {
        http_method: text::capped(&record.text("method").unwrap_or_default(), 32).to_owned(),
        host: text::host(&record.text("host").unwrap_or_default()),
        path: long_text(record, "uri").unwrap_or_default(),
        user_agent: long_text(record, "user_agent"),
        referrer: long_text(record, "referrer"),
        status_code,
        ..HttpActivity::default()
    };
    Ok(Log::Http.source().adopt(http_event((client, server), depth.saturating_sub(1), at_ns, activity), uid(record)))
}
