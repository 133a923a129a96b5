//! Generators of events for property tests: ordinary values, empty ones, and what an attacker would put there.
#![allow(dead_code, reason = "every test binary uses its part")]

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use std::net::IpAddr;
use weft_model::*;

/// Ordinary words, nothing, the word that fills required attributes, addresses, and any text at all.
pub fn text() -> BoxedStrategy<String> {
    prop_oneof![
        Just(String::new()),
        Just("unknown".to_owned()),
        "[a-z0-9.-]{1,12}",
        "[a-z]{1,6}@[a-z]{1,6}\\.example",
        "[A-Z]{1,3} <[a-z]{1,3}@b\\.c>",
        any::<String>(),
    ]
    .boxed()
}

fn some() -> BoxedStrategy<Option<String>> {
    of(text()).boxed()
}

fn texts() -> BoxedStrategy<Vec<String>> {
    vec(text(), 0..4).boxed()
}

fn ip() -> BoxedStrategy<Option<IpAddr>> {
    let mapped = any::<[u8; 4]>().prop_map(|octets| IpAddr::V6(std::net::Ipv4Addr::from(octets).to_ipv6_mapped()));
    // Addresses with runs of zeros take other textual forms.
    let sparse =
        vec(prop_oneof![Just(0u16), any::<u16>()], 8).prop_map(|groups| IpAddr::from(<[u16; 8]>::try_from(groups).unwrap_or_default()));
    of(prop_oneof![any::<[u8; 4]>().prop_map(IpAddr::from), any::<[u8; 16]>().prop_map(IpAddr::from), mapped, sparse]).boxed()
}

fn endpoint() -> BoxedStrategy<Endpoint> {
    let mac = prop_oneof![some(), Just(Some("02:00:5e:10:00:17".to_owned()))];
    (ip(), of(any::<u16>()), some(), mac).prop_map(|(ip, port, hostname, mac)| Endpoint { ip, port, hostname, mac }).boxed()
}

fn user() -> BoxedStrategy<User> {
    let user = (some(), some(), some(), some()).prop_map(|(name, email_addr, uid, domain)| User { name, email_addr, uid, domain });
    let same = text().prop_map(|name| User { name: Some(name.clone()), email_addr: Some(name), ..User::default() });
    prop_oneof![4 => user, 1 => same].boxed()
}

fn session() -> BoxedStrategy<Option<Session>> {
    of(text().prop_map(|uid| Session { uid })).boxed()
}

fn actor() -> BoxedStrategy<Actor> {
    (of(user()), session(), some()).prop_map(|(user, session, app_name)| Actor { user, session, app_name }).boxed()
}

fn status() -> BoxedStrategy<Status> {
    prop_oneof![Just(Status::Unknown), Just(Status::Success), Just(Status::Failure)].boxed()
}

fn time() -> BoxedStrategy<EventTime> {
    prop_oneof![(0..4_000_000_000_000i64).prop_map(EventTime), any::<i64>().prop_map(EventTime)].boxed()
}

fn email() -> BoxedStrategy<Body> {
    use EmailDirection as D;
    let direction = prop_oneof![Just(D::Unknown), Just(D::Inbound), Just(D::Outbound), Just(D::Internal)];
    let link = (text(), text(), text()).prop_map(|(url, host, text)| MailLink { url, host, text });
    let file = (text(), text(), some(), any::<u64>(), text()).prop_map(|(name, mime_type, detected_type, size, hash)| Attachment {
        name,
        mime_type,
        detected_type,
        size,
        hash,
    });
    let auth = (some(), some(), some(), some()).prop_map(|(spf, dkim, dkim_domain, dmarc)| EmailAuth { spf, dkim, dkim_domain, dmarc });
    let head = (direction, text(), text(), text(), some(), some(), text());
    let lists = (texts(), texts(), texts(), texts(), vec(link, 0..4), vec(file, 0..3));
    (head, lists, (ip(), auth, any::<bool>(), any::<u64>()))
        .prop_map(|(head, lists, (origin_ip, auth, is_automatic, size))| {
            let (direction, message_uid, from, from_name, smtp_from, reply_to, subject) = head;
            let (to, cc, smtp_to, in_reply_to, links, attachments) = lists;
            Body::Email(Box::new(EmailActivity {
                direction,
                message_uid,
                from,
                from_name,
                smtp_from,
                reply_to,
                to,
                cc,
                smtp_to,
                subject,
                in_reply_to,
                origin_ip,
                auth,
                links,
                attachments,
                is_automatic,
                size,
            }))
        })
        .boxed()
}

fn authentication() -> BoxedStrategy<Body> {
    use AuthenticationKind as K;
    let kind = prop_oneof![Just(K::Logon), Just(K::Logoff), Just(K::AuthenticationTicket)];
    let protocol = of(prop_oneof![Just(AuthProtocol::Ntlm), Just(AuthProtocol::Kerberos)]);
    let how = (kind, protocol);
    (how, user(), status(), some(), endpoint(), some(), some(), some(), session(), of(any::<bool>()))
        .prop_map(|(how, user, status, status_detail, src_endpoint, service_name, app_name, user_agent, session, is_mfa)| {
            let (kind, auth_protocol) = how;
            Body::Authentication(Box::new(Authentication {
                kind,
                user,
                status,
                status_detail,
                src_endpoint,
                service_name,
                app_name,
                user_agent,
                session,
                is_mfa,
                auth_protocol,
            }))
        })
        .boxed()
}

fn account_change() -> BoxedStrategy<Body> {
    use AccountChangeKind as K;
    let kind = prop_oneof![Just(K::Other), Just(K::PasswordReset), Just(K::MfaEnable), Just(K::Unlock)];
    (kind, text(), user(), actor(), status(), endpoint(), some())
        .prop_map(|(kind, operation, user, actor, status, src_endpoint, auth_factor)| {
            Body::AccountChange(Box::new(AccountChange { kind, operation, user, actor, status, src_endpoint, auth_factor }))
        })
        .boxed()
}

fn entity_management() -> BoxedStrategy<Body> {
    use EntityManagementKind as K;
    let kind = prop_oneof![Just(K::Other), Just(K::Create), Just(K::Delete)];
    let parameters = vec((text(), text()), 0..4);
    (kind, text(), actor(), text(), text(), status(), endpoint(), parameters)
        .prop_map(|(kind, operation, actor, entity_type, entity_name, status, src_endpoint, parameters)| {
            Body::EntityManagement(Box::new(EntityManagement {
                kind,
                operation,
                actor,
                entity_type,
                entity_name,
                status,
                src_endpoint,
                parameters,
            }))
        })
        .boxed()
}

fn api() -> BoxedStrategy<Body> {
    (text(), text(), actor(), status(), endpoint(), some(), texts())
        .prop_map(|(operation, service_name, actor, status, src_endpoint, user_agent, resources)| {
            Body::Api(Box::new(ApiActivity { operation, service_name, actor, status, src_endpoint, user_agent, resources }))
        })
        .boxed()
}

fn file_hosting() -> BoxedStrategy<Body> {
    use FileHostingKind as K;
    let kind = prop_oneof![Just(K::Other), Just(K::Upload), Just(K::Share), Just(K::Preview)];
    (kind, text(), text(), actor(), status(), endpoint(), text(), text(), some())
        .prop_map(|(kind, operation, service_name, actor, status, src_endpoint, file_name, file_path, user_agent)| {
            Body::FileHosting(Box::new(FileHosting {
                kind,
                operation,
                service_name,
                actor,
                status,
                src_endpoint,
                file_name,
                file_path,
                user_agent,
            }))
        })
        .boxed()
}

fn network() -> BoxedStrategy<Body> {
    let tls = of((some(), some(), some(), texts()).prop_map(|(sni, ja4, version, alpn)| Tls { sni, ja4, version, alpn }));
    let traffic = (any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>())
        .prop_map(|(bytes_out, bytes_in, packets_out, packets_in)| Traffic { bytes_out, bytes_in, packets_out, packets_in });
    (endpoint(), endpoint(), any::<u8>(), text(), traffic, time(), time(), tls, some())
        .prop_map(|(src_endpoint, dst_endpoint, protocol_num, community_uid, traffic, start_time, end_time, tls, app_name)| {
            Body::Network(Box::new(NetworkActivity {
                src_endpoint,
                dst_endpoint,
                protocol_num,
                community_uid,
                traffic,
                start_time,
                end_time,
                tls,
                app_name,
            }))
        })
        .boxed()
}

fn http() -> BoxedStrategy<Body> {
    let method = prop_oneof![Just("GET".to_owned()), Just("POST".to_owned()), text()];
    let path = prop_oneof!["/[a-z?]{0,6}", text()];
    (endpoint(), endpoint(), method, text(), path, some(), some(), of(any::<u16>()))
        .prop_map(|(src_endpoint, dst_endpoint, http_method, host, path, user_agent, referrer, status_code)| {
            Body::Http(Box::new(HttpActivity { src_endpoint, dst_endpoint, http_method, host, path, user_agent, referrer, status_code }))
        })
        .boxed()
}

fn dns() -> BoxedStrategy<Body> {
    let answer = (text(), text(), any::<u32>()).prop_map(|(kind, rdata, ttl)| Answer { kind, rdata, ttl });
    (endpoint(), endpoint(), text(), text(), vec(answer, 0..4), of(any::<u8>()))
        .prop_map(|(src_endpoint, dst_endpoint, hostname, query_type, answers, rcode)| {
            Body::Dns(Box::new(DnsActivity { src_endpoint, dst_endpoint, hostname, query_type, answers, rcode }))
        })
        .boxed()
}

fn dhcp() -> BoxedStrategy<Body> {
    use DhcpKind as K;
    let kind = prop_oneof![Just(K::Other), Just(K::Discover), Just(K::Ack), Just(K::Release)];
    (kind, endpoint(), endpoint(), any::<u32>(), text(), some(), ip(), of(any::<u32>()))
        .prop_map(|(kind, src_endpoint, dst_endpoint, transaction_uid, mac, hostname, leased_ip, lease_s)| {
            Body::Dhcp(Box::new(DhcpActivity { kind, src_endpoint, dst_endpoint, transaction_uid, mac, hostname, leased_ip, lease_s }))
        })
        .boxed()
}

fn finding() -> BoxedStrategy<Body> {
    use InvolvedKind as K;
    let kind = prop::sample::select(vec![
        K::Other,
        K::User,
        K::Device,
        K::Ip,
        K::Domain,
        K::Url,
        K::File,
        K::Sender,
        K::Message,
        K::App,
        K::Process,
    ]);
    let name = prop_oneof![3 => text(), 1 => ip().prop_map(|ip| ip.map(|ip| ip.to_string()).unwrap_or_default())];
    let involved = (kind, name, texts()).prop_map(|(kind, name, aliases)| Involved { kind, name, aliases });
    let related = vec(any::<[u8; 16]>().prop_map(EventUid), 0..3);
    let head = (text(), text(), text(), some(), any::<u8>(), of(any::<u8>()));
    (head, texts(), texts(), time(), time(), vec(involved, 0..5), related)
        .prop_map(|(head, techniques, tactics, first_seen, last_seen, involved, related)| {
            let (alert_uid, title, rule, rule_uid, severity, confidence) = head;
            Body::Finding(Box::new(DetectionFinding {
                alert_uid,
                title,
                rule,
                rule_uid,
                severity,
                confidence,
                techniques,
                tactics,
                first_seen,
                last_seen,
                involved,
                related,
            }))
        })
        .boxed()
}

/// The generator of each class.
pub fn bodies() -> Vec<BoxedStrategy<Body>> {
    vec![
        email(),
        authentication(),
        account_change(),
        entity_management(),
        api(),
        file_hosting(),
        network(),
        http(),
        dns(),
        dhcp(),
        finding(),
    ]
}

/// Events with bodies of one class.
pub fn event(body: BoxedStrategy<Body>) -> BoxedStrategy<Event> {
    (any::<[u8; 16]>(), time(), text(), text(), some(), some(), body)
        .prop_map(|(uid, time, product, log_name, original_uid, raw_data, body)| Event {
            uid: EventUid(uid),
            time,
            metadata: Metadata { product, log_name, original_uid },
            raw_data,
            body,
        })
        .boxed()
}

/// Events of any class.
pub fn any_event() -> BoxedStrategy<Event> {
    event(proptest::strategy::Union::new(bodies()).boxed())
}
