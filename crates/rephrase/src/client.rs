//! The endpoint: one request, one bounded answer. The key leaves this file in one header only.

use crate::refusal::Refusal;
use serde_json::Value;
use std::fmt;
use std::time::Duration;
use ureq::http::HeaderValue;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE};
use weft_narrative::Lang;

/// Bytes of an answer.
const MAX_ANSWER: u64 = 256 * 1024;

/// A secret that is never shown.
#[derive(Clone)]
pub struct Key(String);

impl Key {
    /// The secret without the blanks and line ends around it.
    pub fn new(secret: &str) -> Self {
        Self(secret.trim().to_owned())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// Where and how to ask.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The base of the API, as in `http://127.0.0.1:8080/v1`.
    pub endpoint: String,
    pub model: String,
    pub key: Option<Key>,
    /// For a whole exchange.
    pub timeout: Duration,
    pub languages: Vec<Lang>,
}

/// An endpoint that must not be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("the endpoint is no URL that begins with http:// or https:// and names a host, without a user in it")]
    Endpoint,
    #[error("this build has no TLS: build with `--features https`, or use an endpoint that begins with http://")]
    NoTls,
    #[error("a key goes to another machine over https:// only")]
    KeyInTheClear,
    #[error("the key holds characters that no header may have")]
    Key,
}

/// The client.
pub struct Client {
    agent: ureq::Agent,
    url: String,
    model: String,
    authorization: Option<HeaderValue>,
}

impl Client {
    /// Checks the settings; connects to nothing.
    ///
    /// # Errors
    /// The endpoint must not be used, or the key cannot be sent.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        let endpoint = settings.endpoint.trim_end_matches('/');
        let (is_tls, rest) = match (endpoint.strip_prefix("https://"), endpoint.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err(SettingsError::Endpoint),
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.is_empty() || authority.contains('@') || endpoint.contains(char::is_whitespace) {
            return Err(SettingsError::Endpoint);
        }
        if is_tls && !cfg!(feature = "https") {
            return Err(SettingsError::NoTls);
        }
        let host = match authority.strip_prefix('[') {
            Some(v6) => v6.split(']').next().unwrap_or_default(),
            None => authority.split(':').next().unwrap_or_default(),
        };
        let is_here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        if settings.key.is_some() && !is_tls && !is_here {
            return Err(SettingsError::KeyInTheClear);
        }
        let authorization = settings.key.map(|key| {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", key.0)).map_err(|_| SettingsError::Key)?;
            // So that no log of the HTTP library shows it.
            value.set_sensitive(true);
            Ok(value)
        });
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(settings.timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // What the environment says of proxies was not meant for this.
            .proxy(None)
            .user_agent("weft")
            .build();
        let url = format!("{endpoint}/chat/completions");
        Ok(Self { agent: config.into(), url, model: settings.model, authorization: authorization.transpose()? })
    }

    /// The model's name as the endpoint knows it.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The text of the answer's first choice.
    pub fn ask(&self, request: &Value) -> Result<String, Refusal> {
        let mut call = self.agent.post(&self.url).header(CONTENT_TYPE, "application/json");
        if let Some(authorization) = &self.authorization {
            call = call.header(AUTHORIZATION, authorization.clone());
        }
        let mut response = call.send(request.to_string().as_bytes()).map_err(refused)?;
        if response.status() != 200 {
            return Err(Refusal::HttpStatus);
        }
        let body = response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec().map_err(refused)?;
        let answer: Value = serde_json::from_slice(&body).map_err(|_| Refusal::NotJson)?;
        answer.pointer("/choices/0/message/content").and_then(Value::as_str).map(str::to_owned).ok_or(Refusal::OtherForm)
    }
}

fn refused(error: ureq::Error) -> Refusal {
    match error {
        ureq::Error::Timeout(_) => Refusal::Timeout,
        ureq::Error::BodyExceedsLimit(_) => Refusal::HugeAnswer,
        ureq::Error::Io(error) if matches!(error.kind(), std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock) => Refusal::Timeout,
        _ => Refusal::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_nowhere_in_the_clear_and_shows_nowhere() {
        let settings = |endpoint: &str, key: bool| Settings {
            endpoint: endpoint.into(),
            model: "m".into(),
            key: key.then(|| Key::new("s3cret\n")),
            timeout: Duration::from_secs(1),
            languages: vec![Lang::En],
        };
        let error = |endpoint, key| Client::new(settings(endpoint, key)).err();
        for endpoint in ["http://127.0.0.1:8080/v1", "http://localhost/v1/", "http://[::1]:80/v1"] {
            assert_eq!(error(endpoint, true), None, "{endpoint}");
        }
        assert_eq!(error("http://llm.example/v1", false), None);
        assert_eq!(error("http://llm.example/v1", true), Some(SettingsError::KeyInTheClear));
        assert_eq!(error("http://127.0.0.1.llm.example/v1", true), Some(SettingsError::KeyInTheClear));
        for endpoint in ["", "llm.example", "ftp://llm.example", "http://", "http://user:pass@127.0.0.1/v1", "http://a b/"] {
            assert_eq!(error(endpoint, false), Some(SettingsError::Endpoint), "{endpoint}");
        }
        let tls = error("https://llm.example/v1", true);
        assert_eq!(tls, (!cfg!(feature = "https")).then_some(SettingsError::NoTls));
        assert!(!format!("{:?}", settings("http://localhost", true)).contains("s3cret"));
    }
}
