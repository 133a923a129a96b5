//! A service on a free port and a client of its own: plain sockets, so that a test decides every header.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use weft_api::{ApiConfig, create_login_link, router, serve};
use weft_store::{IncidentRow, Store};

pub struct Service {
    pub address: SocketAddr,
    pub store: Arc<Store>,
    pub clock: Arc<AtomicI64>,
    /// Dropped or sent to, the service stops.
    #[allow(dead_code, reason = "each test file uses a part of this")]
    pub stop: Option<tokio::sync::oneshot::Sender<()>>,
    #[allow(dead_code, reason = "each test file uses a part of this")]
    pub ended: tokio::task::JoinHandle<std::io::Result<()>>,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
    /// `name=value` of the cookie that was set.
    pub fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
    }
    /// Asserts a problem document of this status.
    pub fn is_problem(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        for member in ["type", "title", "detail"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
        }
        self
    }
}

pub async fn start(change: impl FnOnce(&mut ApiConfig)) -> Service {
    let store = Arc::new(Store::in_memory().unwrap());
    let clock = Arc::new(AtomicI64::new(1_000_000));
    let ticking = Arc::clone(&clock);
    let mut config = ApiConfig::new(Arc::new(move || ticking.load(Ordering::SeqCst)));
    change(&mut config);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let router = router(Arc::clone(&store), config);
    let ended = tokio::spawn(serve(listener, router, async move {
        let _ = stopped.await;
    }));
    Service { address, store, clock, stop: Some(stop), ended }
}

impl Service {
    /// Sends a request with these header lines and reads the whole reply.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            text.push_str(&format!("Host: {}\r\n", self.address));
        }
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            text.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        text.push_str(body);
        // A service that refuses a large body may close before all of it is written.
        let _ = socket.write_all(text.as_bytes()).await;
        let mut bytes = Vec::new();
        let _ = socket.read_to_end(&mut bytes).await;
        parse(&String::from_utf8_lossy(&bytes))
    }

    pub async fn get(&self, path: &str, cookie: &str) -> Reply {
        self.send("GET", path, &[("Cookie", cookie)], "").await
    }

    pub async fn write(&self, method: &str, path: &str, cookie: &str, body: &str) -> Reply {
        self.send(method, path, &[("Cookie", cookie), ("Content-Type", "application/json")], body).await
    }

    /// Signs in by link and gives the cookie.
    pub async fn sign_in(&self) -> String {
        let path = create_login_link(&self.store, "ann", self.clock.load(Ordering::SeqCst)).unwrap();
        let reply = self.get(&path, "").await;
        assert_eq!((reply.status, reply.header("location")), (303, "/"), "{reply:?}");
        reply.cookie()
    }

    pub fn put(&self, uid: &str, score: f64) {
        let json = serde_json::json!({
            "class_uid": 2005, "metadata": {"uid": uid}, "desc": format!("Title of {uid}"), "activity_id": 1, "status_id": 1, "severity_id": 4,
            "start_time": 10, "end_time": 20, "unmapped": {"weft": {"score": score, "domains": ["email", "saas"], "indicators": [{}]}}
        });
        self.store.put_incident(&IncidentRow::from_ocsf(&json.to_string()).unwrap()).unwrap();
    }
}

fn parse(text: &str) -> Reply {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|text| text.parse().ok()).unwrap_or(0);
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Reply { status, headers, body: body.to_owned() }
}
