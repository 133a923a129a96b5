//! Hand-made values: one full event a class, every kind of every class, and an incident with everything in it.
//! Names and addresses are those reserved for documentation (RFC 2606, RFC 5737, RFC 3849).
#![allow(dead_code, reason = "every test binary uses its part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test helpers fail by panicking")]

use weft_model::*;

/// 2024-03-18T09:15:00.250Z
pub const TIME: EventTime = EventTime(1_710_753_300_250);

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

pub fn event(name: &str, product: &str, log: &str, body: Body) -> Event {
    Event {
        uid: EventUid::of_record("sample", name),
        time: TIME,
        metadata: Metadata { product: product.to_owned(), log_name: log.to_owned(), original_uid: None },
        raw_data: None,
        body,
    }
}

fn client() -> Endpoint {
    Endpoint { ip: Some([192, 0, 2, 17].into()), port: Some(51_514), hostname: text("lt-017.corp.example"), mac: text("02:00:5e:10:00:17") }
}

fn server() -> Endpoint {
    Endpoint { ip: Some("2001:db8::443".parse().unwrap()), port: Some(443), hostname: text("files.example"), mac: None }
}

fn ann() -> User {
    User { name: text("Ann Arbor"), email_addr: text("ann@corp.example"), uid: text("7a1d-02"), domain: text("CORP") }
}

fn actor() -> Actor {
    Actor { user: Some(ann()), session: Some(Session { uid: "s-1".into() }), app_name: text("Outlook") }
}

/// One full event of each class, in a fixed order.
pub fn events() -> Vec<Event> {
    let mut rule = event("rule", "Microsoft 365", "Exchange", Body::EntityManagement(Box::new(entity_management())));
    rule.metadata.original_uid = text("5b2c-11");
    rule.raw_data = text("{\"Operation\":\"New-InboxRule\"}");
    vec![
        event("mail", "Weft mail ingestor", "message", Body::Email(Box::new(email()))),
        event("sign-in", "Microsoft Entra ID", "SignInLogs", Body::Authentication(Box::new(authentication()))),
        event("factor", "Microsoft Entra ID", "AuditLogs", Body::AccountChange(Box::new(account_change()))),
        rule,
        event("call", "Microsoft 365", "Exchange", Body::Api(Box::new(api()))),
        event("share", "Microsoft 365", "SharePoint", Body::FileHosting(Box::new(file_hosting()))),
        event("flow", "Weft network sensor", "pcap", Body::Network(Box::new(network()))),
        event("request", "Weft network sensor", "pcap", Body::Http(Box::new(http()))),
        event("query", "Weft network sensor", "pcap", Body::Dns(Box::new(dns()))),
        event("lease", "Weft network sensor", "pcap", Body::Dhcp(Box::new(dhcp()))),
        event("alert", "Microsoft Defender for Office 365", "SecurityAlert", Body::Finding(Box::new(finding()))),
    ]
}

fn finding() -> DetectionFinding {
    let named = |kind, name: &str| Involved::new(kind, name);
    DetectionFinding {
        alert_uid: "fa-1".into(),
        title: "A potentially malicious URL click was detected".into(),
        rule: "MaliciousUrlClick".into(),
        rule_uid: text("a74b-7"),
        severity: 4,
        confidence: Some(80),
        techniques: vec!["T1566.002".into(), "T1204".into()],
        tactics: vec!["initial-access".into()],
        first_seen: TIME,
        last_seen: TIME.plus_ms(60_000),
        involved: vec![
            Involved { kind: InvolvedKind::User, name: "ann@corp.example".into(), aliases: vec!["7a1d-02".into(), "corp\\ann".into()] },
            named(InvolvedKind::Device, "lt-017"),
            named(InvolvedKind::Ip, "203.0.113.80"),
            named(InvolvedKind::Ip, "2001:DB8::1"),
            named(InvolvedKind::Domain, "docs.example"),
            named(InvolvedKind::Url, "https://docs.example/view/1"),
            Involved { kind: InvolvedKind::File, name: "ab".repeat(20), aliases: vec!["invoice.docm".into()] },
            named(InvolvedKind::Sender, "billing@supplier.example"),
            named(InvolvedKind::Sender, "nobody"),
            named(InvolvedKind::Message, "1@mail.example"),
            named(InvolvedKind::App, "Notes Sync"),
            named(InvolvedKind::Process, "winword.exe 4656"),
            named(InvolvedKind::Other, ""),
        ],
        related: vec![EventUid::of_record("sample", "mail")],
    }
}

fn email() -> EmailActivity {
    EmailActivity {
        direction: EmailDirection::Inbound,
        message_uid: "1@mail.example".into(),
        from: "billing@supplier.example".into(),
        from_name: "Billing <team>".into(),
        smtp_from: text("bounce@supplier.example"),
        reply_to: text("not an address"),
        to: vec!["ann@corp.example".into(), "undisclosed-recipients:;".into()],
        cc: vec!["bob@corp.example".into()],
        smtp_to: vec!["ann@corp.example".into()],
        subject: "請求書 – overdue".into(),
        in_reply_to: vec!["0@mail.example".into()],
        origin_ip: Some([198, 51, 100, 9].into()),
        auth: EmailAuth { spf: text("pass"), dkim: text("none"), dkim_domain: text("supplier.example"), dmarc: text("fail") },
        links: vec![
            MailLink { url: "https://docs.example/view/1".into(), host: "docs.example".into(), text: "Click Here".into() },
            MailLink { url: "mailto:ann@corp.example".into(), host: String::new(), text: String::new() },
        ],
        attachments: vec![Attachment {
            name: "invoice.pdf".into(),
            mime_type: "application/pdf".into(),
            detected_type: text("application/x-iso9660-image"),
            size: 40_960,
            hash: "ab".repeat(32),
        }],
        is_automatic: true,
        size: 61_234,
    }
}

fn authentication() -> Authentication {
    Authentication {
        kind: AuthenticationKind::Logon,
        user: ann(),
        status: Status::Failure,
        status_detail: text("50126"),
        src_endpoint: Endpoint::from_ip([203, 0, 113, 80].into()),
        service_name: text("Office 365 Exchange Online"),
        app_name: text("Browser"),
        user_agent: text("Mozilla/5.0"),
        session: Some(Session { uid: "s-1".into() }),
        is_mfa: Some(false),
        auth_protocol: None,
    }
}

fn account_change() -> AccountChange {
    AccountChange {
        kind: AccountChangeKind::MfaEnable,
        operation: "User registered security info".into(),
        user: User::from_email("ann@corp.example"),
        actor: actor(),
        status: Status::Success,
        src_endpoint: Endpoint::default(),
        auth_factor: text("authenticator app with code"),
    }
}

fn entity_management() -> EntityManagement {
    EntityManagement {
        kind: EntityManagementKind::Create,
        operation: "New-InboxRule".into(),
        actor: actor(),
        entity_type: "Inbox Rule".into(),
        entity_name: "...".into(),
        status: Status::Success,
        src_endpoint: Endpoint { ip: Some([203, 0, 113, 81].into()), port: Some(40_000), ..Endpoint::default() },
        parameters: vec![("MarkAsRead".into(), "True".into()), ("MoveToFolder".into(), "RSS Feeds".into())],
    }
}

fn api() -> ApiActivity {
    ApiActivity {
        operation: "MailItemsAccessed".into(),
        service_name: "Exchange".into(),
        actor: actor(),
        status: Status::Unknown,
        src_endpoint: Endpoint::from_ip("::ffff:203.0.113.82".parse().unwrap()),
        user_agent: text("Client=REST"),
        resources: vec!["ann@corp.example/Inbox".into(), String::new()],
    }
}

fn file_hosting() -> FileHosting {
    FileHosting {
        kind: FileHostingKind::Share,
        operation: "AnonymousLinkCreated".into(),
        service_name: "SharePoint".into(),
        actor: actor(),
        status: Status::Success,
        src_endpoint: Endpoint::from_ip([203, 0, 113, 83].into()),
        file_name: "plan.xlsx".into(),
        file_path: "https://corp.example/sites/a/plan.xlsx".into(),
        user_agent: text("Mozilla/5.0"),
    }
}

fn network() -> NetworkActivity {
    NetworkActivity {
        src_endpoint: client(),
        dst_endpoint: server(),
        protocol_num: 6,
        community_uid: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=".into(),
        traffic: Traffic { bytes_out: 4_200, bytes_in: u64::from(u32::MAX) + 7, packets_out: 31, packets_in: 44 },
        start_time: TIME,
        end_time: TIME.plus_ms(60_000),
        tls: Some(Tls {
            sni: text("files.example"),
            ja4: text("t13d1516h2_8daaf6152771_b186095e22b6"),
            version: text("1.3"),
            alpn: vec!["h2".into(), "http/1.1".into()],
        }),
        app_name: text("tls"),
    }
}

fn http() -> HttpActivity {
    HttpActivity {
        src_endpoint: client(),
        dst_endpoint: Endpoint::from_ip([198, 51, 100, 80].into()),
        http_method: "POST".into(),
        host: "files.example".into(),
        path: "/up?load=1?2".into(),
        user_agent: text("curl/8"),
        referrer: text("https://a.example/"),
        status_code: Some(204),
    }
}

fn dns() -> DnsActivity {
    DnsActivity {
        src_endpoint: client(),
        dst_endpoint: Endpoint { ip: Some([192, 0, 2, 53].into()), port: Some(53), ..Endpoint::default() },
        hostname: "files.example".into(),
        query_type: "A".into(),
        answers: vec![Answer { kind: "A".into(), rdata: "198.51.100.80".into(), ttl: 300 }],
        rcode: Some(0),
    }
}

fn dhcp() -> DhcpActivity {
    DhcpActivity {
        kind: DhcpKind::Ack,
        src_endpoint: Endpoint { ip: Some([192, 0, 2, 1].into()), port: Some(67), ..Endpoint::default() },
        dst_endpoint: Endpoint { port: Some(68), mac: text("02:00:5e:10:00:17"), ..Endpoint::default() },
        transaction_uid: u32::MAX,
        mac: "02:00:5e:10:00:17".into(),
        hostname: text("lt-017"),
        leased_ip: Some([192, 0, 2, 17].into()),
        lease_s: Some(86_400),
    }
}

/// Every kind of every class, every class with nothing known, and values at the edge of their types.
pub fn variants() -> Vec<Event> {
    let mut bodies = vec![
        Body::Email(Box::default()),
        Body::Authentication(Box::default()),
        Body::AccountChange(Box::default()),
        Body::EntityManagement(Box::default()),
        Body::Api(Box::default()),
        Body::FileHosting(Box::default()),
        Body::Network(Box::default()),
        Body::Http(Box::default()),
        Body::Dns(Box::default()),
        Body::Dhcp(Box::default()),
    ];
    use AccountChangeKind as A;
    use FileHostingKind as F;
    for direction in [EmailDirection::Unknown, EmailDirection::Inbound, EmailDirection::Outbound, EmailDirection::Internal] {
        bodies.push(Body::Email(Box::new(EmailActivity { direction, ..email() })));
    }
    for kind in [AuthenticationKind::Logon, AuthenticationKind::Logoff, AuthenticationKind::AuthenticationTicket] {
        for status in [Status::Unknown, Status::Success, Status::Failure] {
            bodies.push(Body::Authentication(Box::new(Authentication { kind, status, ..authentication() })));
        }
    }
    for kind in [
        A::Other,
        A::Create,
        A::Enable,
        A::PasswordChange,
        A::PasswordReset,
        A::Disable,
        A::Delete,
        A::AttachPolicy,
        A::DetachPolicy,
        A::Lock,
        A::MfaEnable,
        A::MfaDisable,
        A::Unlock,
    ] {
        bodies.push(Body::AccountChange(Box::new(AccountChange { kind, ..account_change() })));
    }
    for kind in [
        EntityManagementKind::Other,
        EntityManagementKind::Create,
        EntityManagementKind::Read,
        EntityManagementKind::Update,
        EntityManagementKind::Delete,
    ] {
        bodies.push(Body::EntityManagement(Box::new(EntityManagement { kind, ..entity_management() })));
    }
    for kind in
        [F::Other, F::Upload, F::Download, F::Update, F::Delete, F::Rename, F::Copy, F::Move, F::Share, F::Unshare, F::Open, F::Preview]
    {
        bodies.push(Body::FileHosting(Box::new(FileHosting { kind, ..file_hosting() })));
    }
    for kind in [DhcpKind::Other, DhcpKind::Discover, DhcpKind::Offer, DhcpKind::Request, DhcpKind::Ack, DhcpKind::Nak, DhcpKind::Release] {
        bodies.push(Body::Dhcp(Box::new(DhcpActivity { kind, ..dhcp() })));
    }
    for method in ["GET", "get", "PROPFIND", "", "CONNECT", "PATCH"] {
        bodies.push(Body::Http(Box::new(HttpActivity { http_method: method.into(), ..http() })));
    }
    for rcode in [None, Some(0), Some(3), Some(12), Some(24), Some(99), Some(255)] {
        bodies.push(Body::Dns(Box::new(DnsActivity { rcode, ..dns() })));
    }
    for tls in [None, Some(Tls::default()), Some(Tls { version: text("unknown"), ..Tls::default() })] {
        bodies.push(Body::Network(Box::new(NetworkActivity { tls, protocol_num: 255, ..network() })));
    }
    for user in [
        User { email_addr: text("S-1-5-18"), ..User::default() },
        User { domain: text("CORP"), ..User::default() },
        User { name: text("a@b.c"), email_addr: text("a@b.c"), ..User::default() },
        User { name: text("unknown"), uid: text(""), ..User::default() },
        User { name: text(""), ..User::default() },
    ] {
        bodies.push(Body::Authentication(Box::new(Authentication { user: user.clone(), ..Authentication::default() })));
        let actor = Actor { user: Some(user), session: None, app_name: text("unknown") };
        bodies.push(Body::Api(Box::new(ApiActivity { actor, ..ApiActivity::default() })));
    }
    for endpoint in [
        Endpoint { mac: text("02-00-5E-10-00-17"), ..Endpoint::default() },
        Endpoint { mac: text("no mac"), port: Some(0), ..Endpoint::default() },
        Endpoint { hostname: text(""), ..Endpoint::default() },
        Endpoint::from_ip("::".parse().unwrap()),
        Endpoint::from_ip("fe80::1234:5678:9abc:def0".parse().unwrap()),
        Endpoint::from_ip("64:ff9b::192.0.2.33".parse().unwrap()),
    ] {
        bodies.push(Body::FileHosting(Box::new(FileHosting { src_endpoint: endpoint.clone(), ..FileHosting::default() })));
        bodies.push(Body::Network(Box::new(NetworkActivity { dst_endpoint: endpoint, ..NetworkActivity::default() })));
    }
    let mut events: Vec<Event> =
        bodies.into_iter().enumerate().map(|(index, body)| event(&format!("variant {index}"), "p", "l", body)).collect();
    for (event, time) in events.iter_mut().zip([i64::MIN, -1, 0, i64::MAX]) {
        event.time = EventTime(time);
        event.metadata = Metadata { original_uid: text(""), ..Metadata::default() };
        event.raw_data = text("");
    }
    events
}

pub fn indicator(name: &str, domain: Domain, bits: f64) -> Indicator {
    let bits = Bits::new(bits);
    let shares = bits.split(&[2.0, 1.0]);
    let why = |feature: &str, bits| Why {
        feature: feature.into(),
        observed: "203.0.113.80".into(),
        expected: "198.51.100.0/24".into(),
        n: 412,
        peer: "Finance".into(),
        bits,
    };
    Indicator {
        uid: IndicatorUid::of("sample", &[name.as_bytes()]),
        model: "SaaS/Access/Unusual External Source for SaaS Credential Use".into(),
        family: "saas-source".into(),
        domain,
        time: TIME,
        end_time: TIME.plus_ms(5_000),
        bits,
        evidence: Bits::new(6.125),
        p: 0.000_030_517_578_125,
        score: 82,
        title: "Sign-in from a source never seen for this person".into(),
        title_ja: "この利用者では未確認の接続元からのサインイン".into(),
        entities: vec![Entity::new(EntityKind::Person, "ann@corp.example"), Entity::new(EntityKind::Ip, "203.0.113.80")],
        techniques: vec!["T1078.004".into(), "T1078".into()],
        tactics: vec!["initial-access".into()],
        events: vec![EventRef { time: TIME, uid: EventUid::of_record("sample", "sign-in") }],
        why: vec![why("source address", shares[0]), why("country", shares[1])],
    }
}

/// An incident of three domains with every list filled.
pub fn incident() -> Incident {
    let domains = [Domain::Email, Domain::Saas, Domain::Network];
    let total = Bits::new(31.417);
    let shares = total.split(&[1.0, 2.0, 4.0]);
    let indicators = domains.map(|domain| indicator(domain.as_str(), domain, 15.003));
    let contributions: Vec<Contribution> =
        indicators.iter().cloned().zip(shares).map(|(indicator, evidence_bits)| Contribution { indicator, evidence_bits }).collect();
    let events = vec![EventRef { time: TIME, uid: EventUid::of_record("sample", "mail") }];
    Incident {
        uid: IncidentUid::of("sample", &[b"incident"]),
        title: "Possible hijack of Microsoft 365 account".into(),
        title_ja: "Microsoft 365 アカウント乗っ取りの疑い".into(),
        search_aliases: vec!["Possible hijack of Office365 account".into()],
        start: TIME,
        end: TIME.plus_ms(2 * DAY_MS),
        score: 96.25,
        evidence_bits: total,
        domains: domains.to_vec(),
        tactics: vec!["initial-access".into(), "persistence".into()],
        entities: vec![IncidentEntity {
            entity: Entity::new(EntityKind::Person, "ann@corp.example"),
            name: "Ann Arbor".into(),
            role: "compromised account".into(),
            aliases: vec!["7a1d-02".into()],
        }],
        exposed: vec![ExposedPerson {
            entity: Entity::new(EntityKind::Person, "ann@corp.example"),
            name: "Ann Arbor".into(),
            is_patient_zero: true,
            acts: vec![Exposure { act: Act::Received, time: TIME, event: events[0] }],
        }],
        links: vec![Link {
            from: indicators[0].uid,
            to: indicators[1].uid,
            via: Entity::new(EntityKind::Person, "ann@corp.example"),
            bits: Bits::new(4.5),
            reason: "same person within 6 h".into(),
        }],
        decisions: vec![Decision {
            kind: DecisionKind::Joined,
            time: TIME,
            indicator: indicators[1].uid,
            other: Some(indicators[0].uid),
            via: Some(Entity::new(EntityKind::Person, "ann@corp.example")),
            bits: Bits::new(4.5),
            text: "the second joined the first".into(),
        }],
        timeline: vec![
            TimelineEntry {
                time: TIME,
                domain: Domain::Email,
                text: "A mail with a link arrived".into(),
                text_ja: "リンクを含むメールが届きました".into(),
                indicator: Some(indicators[0].uid),
                question: None,
                events: events.clone(),
            },
            TimelineEntry {
                time: TIME.plus_ms(1),
                domain: Domain::Network,
                text: "The link was opened".into(),
                text_ja: String::new(),
                indicator: None,
                question: Some(Text { en: "Who visited it?".into(), ja: "誰が接続したか。".into() }),
                events: events.clone(),
            },
        ],
        contributions,
        narrative: Narrative {
            en: "Ann received a mail.".into(),
            ja: "Ann にメールが届いた。".into(),
            clauses: vec![Clause {
                time: Some(TIME),
                text: Text { en: "Ann received a mail.".into(), ja: "Ann にメールが届いた。".into() },
                indicators: vec![indicators[0].uid],
                events,
            }],
            recipient: Text { en: "Do not answer.".into(), ja: "返信しないでください。".into() },
        },
        iocs: vec![Ioc { kind: "ip".into(), value: "203.0.113.80".into(), role: "unusual sign-in source".into(), first_seen: TIME }],
        coverage: vec![Coverage { domain: Domain::Saas, start: TIME, end: TIME.plus_ms(HOUR_MS), text: "audit log 1 h late".into() }],
        recommended: vec![Recommended {
            action: "disable_account".into(),
            target: "person:ann@corp.example".into(),
            text: "Disable the account".into(),
            text_ja: "アカウントを無効にする".into(),
            reason: Text { en: "It is hijacked.".into(), ja: "乗っ取られている。".into() },
            effect: Text { en: "Nobody can use it.".into(), ja: "誰も使えなくなる。".into() },
            mode: "would_have".into(),
        }],
        revision: 1,
        merged_from: vec![IncidentUid([9; 16])],
    }
}

/// An incident of which next to nothing is known, with numbers that JSON cannot write.
pub fn empty_incident() -> Incident {
    Incident {
        title: String::new(),
        title_ja: String::new(),
        search_aliases: vec![],
        score: f64::NAN,
        evidence_bits: Bits(0),
        domains: vec![],
        tactics: vec![],
        entities: vec![],
        exposed: vec![],
        contributions: vec![],
        links: vec![],
        decisions: vec![],
        timeline: vec![],
        narrative: Narrative::default(),
        iocs: vec![],
        coverage: vec![],
        recommended: vec![],
        revision: 7,
        merged_from: vec![],
        ..incident()
    }
}
