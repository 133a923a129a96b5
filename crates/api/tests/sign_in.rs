//! Sign-in and the guards around the API, over a real listener.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod support;

use std::sync::atomic::Ordering;
use support::start;
use weft_api::{LOGIN_LINK_MS, SESSION_MS, create_login_link, set_password};

const PASSWORD: &str = "correct horse battery";

fn credentials(user: &str, password: &str) -> String {
    serde_json::json!({"user": user, "password": password}).to_string()
}

/// Every operation of the contract, so that a new route cannot be forgotten.
#[tokio::test]
async fn everything_but_health_and_login_needs_a_session() {
    let service = start(|_| {}).await;
    let document = serde_json::to_value(weft_api::openapi()).unwrap();
    let (mut open, mut closed) = (Vec::new(), 0);
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            let reply = service.write(&method.to_uppercase(), &path.replace("{uid}", "x"), "weft_session=0", "{}").await;
            if reply.status == 401 {
                reply.is_problem(401);
                assert!(operations[method]["security"].is_array(), "{path} must be marked in the contract");
                closed += 1;
            } else {
                open.push(format!("{method} {path} {}", reply.status));
            }
        }
    }
    assert_eq!(open, ["get /api/v1/health 200", "post /api/v1/login 400"]);
    assert!(closed >= 9, "{closed}");
}

#[tokio::test]
async fn a_link_signs_in_once() {
    let service = start(|_| {}).await;
    let link = create_login_link(&service.store, "ann", 1_000_000).unwrap();
    assert_eq!(service.send("HEAD", &link, &[], "").await.header("set-cookie"), "", "a preview does not use the link up");
    let first = service.get(&link, "").await;
    assert_eq!((first.status, first.header("location")), (303, "/"));
    let set_cookie = first.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(set_cookie.contains(part), "{set_cookie}");
    }
    assert!(!set_cookie.contains("Secure"), "the demo speaks plain HTTP on the loopback address");
    let me = service.get("/api/v1/me", &first.cookie()).await.json();
    assert_eq!(me, serde_json::json!({"user": "ann", "expires_ms": 1_000_000 + SESSION_MS}));

    let second = service.get(&link, "").await;
    assert_eq!((second.status, second.header("location"), second.header("set-cookie")), (303, "/?signin=used", ""));
    let again = service.get(&link, &first.cookie()).await;
    assert_eq!((again.header("location"), again.header("set-cookie")), ("/", ""), "the same browser is simply sent on");
    for bad in ["/login?token=", "/login?token=zz", &format!("/login?token={}", "0".repeat(64))] {
        assert_eq!(service.get(bad, "").await.header("location"), "/?signin=used");
    }

    let late = create_login_link(&service.store, "ann", 1_000_000).unwrap();
    service.clock.store(1_000_000 + LOGIN_LINK_MS, Ordering::SeqCst);
    assert_eq!(service.get(&late, "").await.header("set-cookie"), "");
}

#[tokio::test]
async fn of_many_clicks_at_once_one_signs_in() {
    let service = start(|_| {}).await;
    let link = create_login_link(&service.store, "ann", 1_000_000).unwrap();
    let (a, b, c, d) = tokio::join!(service.get(&link, ""), service.get(&link, ""), service.get(&link, ""), service.get(&link, ""));
    assert_eq!([a, b, c, d].iter().filter(|reply| !reply.cookie().is_empty()).count(), 1);
}

#[tokio::test]
async fn a_password_signs_in_and_out() {
    let service = start(|config| config.secure_cookie = true).await;
    set_password(&service.store, "ann", PASSWORD).unwrap();
    let reply = service.write("POST", "/api/v1/login", "", &credentials("ann", PASSWORD)).await;
    assert_eq!((reply.status, reply.json()["user"].as_str()), (200, Some("ann")));
    assert!(reply.header("set-cookie").ends_with("; Secure"));
    let cookie = reply.cookie();
    assert_eq!(service.get("/api/v1/me", &cookie).await.status, 200);
    let out = service.write("POST", "/api/v1/logout", &cookie, "").await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    service.get("/api/v1/me", &cookie).await.is_problem(401);

    let cookie = service.write("POST", "/api/v1/login", "", &credentials("ann", PASSWORD)).await.cookie();
    service.clock.fetch_add(SESSION_MS, Ordering::SeqCst);
    service.get("/api/v1/me", &cookie).await.is_problem(401);
}

#[tokio::test]
async fn wrong_passwords_are_refused_alike_and_then_slowed() {
    let service = start(|_| {}).await;
    set_password(&service.store, "ann", PASSWORD).unwrap();
    service.store.ensure_user("link-only").unwrap();
    let known = service.write("POST", "/api/v1/login", "", &credentials("ann", "wrong password 1")).await;
    let unknown = service.write("POST", "/api/v1/login", "", &credentials("nobody", "wrong password 1")).await;
    let link_only = service.write("POST", "/api/v1/login", "", &credentials("link-only", "")).await;
    assert_eq!(known.is_problem(401).body, unknown.is_problem(401).body, "the answer must not tell who exists");
    assert_eq!(known.body, link_only.is_problem(401).body);
    for _ in 0..4 {
        service.write("POST", "/api/v1/login", "", &credentials("ann", "wrong")).await.is_problem(401);
    }
    let slowed = service.write("POST", "/api/v1/login", "", &credentials("ann", PASSWORD)).await;
    assert_eq!(slowed.is_problem(429).header("retry-after"), "901");
    service.clock.fetch_add(901_000, Ordering::SeqCst);
    assert_eq!(service.write("POST", "/api/v1/login", "", &credentials("ann", PASSWORD)).await.status, 200);
}

#[tokio::test]
async fn another_host_name_is_refused() {
    let service = start(|config| config.allowed_hosts = vec!["weft.corp.example".into()]).await;
    for good in ["localhost", "localhost:99", "127.0.0.1", "[::1]:8686", "LOCALHOST", "weft.corp.example:443"] {
        assert_eq!(service.send("GET", "/api/v1/health", &[("Host", good)], "").await.status, 200, "{good}");
    }
    for bad in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "evil.example:127", "localhost@evil.example", ""] {
        service.send("GET", "/api/v1/health", &[("Host", bad)], "").await.is_problem(421);
        service.send("GET", "/", &[("Host", bad)], "").await.is_problem(421);
    }
    service.send("GET", "http://evil.example/api/v1/health", &[("Host", "localhost")], "").await.is_problem(421);
    service.send("GET", "/api/v1/health", &[("Host", "localhost"), ("Host", "evil.example")], "").await.is_problem(400);
}

#[tokio::test]
async fn writes_of_other_sites_are_refused() {
    let service = start(|_| {}).await;
    service.put("a", 80.0);
    let cookie = service.sign_in().await;
    let own = format!("http://{}", service.address);
    let body = r#"{"status":"closed"}"#;
    let json = ("Content-Type", "application/json");
    let patch = |headers: Vec<(&'static str, String)>| {
        let (service, cookie) = (&service, cookie.clone());
        async move {
            let mut lines: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            lines.push(("Cookie", &cookie));
            service.send("PATCH", "/api/v1/incidents/a", &lines, body).await
        }
    };
    let json = |more: Vec<(&'static str, String)>| [vec![(json.0, json.1.to_owned())], more].concat();
    patch(vec![]).await.is_problem(415);
    patch(vec![("Content-Type", "text/plain".into())]).await.is_problem(415);
    patch(vec![("Content-Type", "application/x-www-form-urlencoded".into())]).await.is_problem(415);
    patch(json(vec![("Origin", "http://evil.example".into())])).await.is_problem(403);
    patch(json(vec![("Origin", "null".into())])).await.is_problem(403);
    patch(json(vec![("Origin", "http://localhost:1".into())])).await.is_problem(403);
    patch(json(vec![("Sec-Fetch-Site", "cross-site".into())])).await.is_problem(403);
    patch(json(vec![("Sec-Fetch-Site", "same-site".into())])).await.is_problem(403);
    assert_eq!(service.store.get_incident("a").unwrap().unwrap().status.as_str(), "new");
    assert_eq!(patch(json(vec![("Origin", own), ("Sec-Fetch-Site", "same-origin".into())])).await.status, 200);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let service = start(|_| {}).await;
    for (path, status) in [("/", 200), ("/api/v1/health", 200), ("/api/v1/me", 401), ("/api/nothing", 404), ("/login?token=x", 303)] {
        let reply = service.get(path, "").await;
        assert_eq!(reply.status, status, "{path}");
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!((reply.header("x-content-type-options"), reply.header("referrer-policy")), ("nosniff", "no-referrer"), "{path}");
        assert_eq!(reply.header("cache-control") == "no-store", path != "/", "{path}");
        assert_eq!(reply.header("access-control-allow-origin"), "", "no other site may read");
    }
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let service = start(|_| {}).await;
    let body = credentials("ann", &"x".repeat(80 << 10));
    service.write("POST", "/api/v1/login", "", &body).await.is_problem(413);
}
