//! What the story says of a whole incident, in both languages; knows nothing of how incidents come about.

use super::*;
use crate::attack::{attacks, title};
use weft_model::*;

fn contribution(name: &str, family: &str, minutes: i64, bits: f64) -> Contribution {
    let indicator = Indicator {
        uid: IndicatorUid::of("t", &[name.as_bytes()]),
        model: name.into(),
        family: family.into(),
        domain: Domain::Saas,
        time: EventTime(minutes * MINUTE_MS),
        end_time: EventTime(minutes * MINUTE_MS),
        bits: Bits::new(bits),
        evidence: Bits::new(bits / 2.0),
        p: 0.001,
        score: 50,
        title: format!("{name} happened"),
        title_ja: format!("{name} がありました"),
        entities: vec![Entity::new(EntityKind::Device, name), Entity::new(EntityKind::Domain, family)],
        techniques: vec![],
        tactics: vec![],
        events: vec![],
        why: vec![],
    };
    Contribution { evidence_bits: indicator.evidence, indicator }
}

fn incident(contributions: Vec<Contribution>) -> Incident {
    Incident {
        uid: IncidentUid([0; 16]),
        title: "t".into(),
        title_ja: String::new(),
        search_aliases: vec![],
        start: EventTime(0),
        end: EventTime(5 * MINUTE_MS),
        score: 62.0,
        evidence_bits: Bits::new(20.0),
        domains: vec![Domain::Saas],
        tactics: vec![],
        entities: vec![],
        exposed: vec![],
        contributions,
        links: vec![],
        decisions: vec![],
        timeline: vec![],
        narrative: Narrative::default(),
        iocs: vec![],
        coverage: vec![],
        recommended: vec![],
        revision: 1,
        merged_from: vec![],
    }
}

#[test]
fn the_decision_log_speaks_japanese_too() {
    let one = contribution("visit", "f", 0, 9.0);
    let uid = one.indicator.uid;
    let line = |kind, indicator, other| Decision {
        kind,
        time: EventTime(0),
        indicator,
        other,
        via: Some(Entity::new(EntityKind::Device, "d7")),
        bits: Bits::new(4.8),
        text: "“grant”, beside “visit happened”: whatever".into(),
    };
    let incident = incident(vec![one]);
    let said = |kind, indicator, other| crate::decision(&incident, &line(kind, indicator, other));
    let away = IndicatorUid([9; 16]);
    assert_eq!(said(DecisionKind::Opened, uid, None).ja, "「visit がありました」から始まりました（意外さ 4.8 ビット）");
    let refused = said(DecisionKind::Refused, away, Some(uid));
    assert_eq!(refused.ja, "「grant」は「visit がありました」と結び付けていません。device:d7 だけでは不十分です（合計 +4.8 ビット）");
    assert_eq!(refused.en, "“grant”, beside “visit happened”: whatever");
}

fn part(kind: EntityKind, key: &str, role: &str) -> IncidentEntity {
    IncidentEntity { entity: Entity::new(kind, key), name: key.into(), role: role.into(), aliases: vec![] }
}

#[test]
fn what_is_alike_is_told_once_with_its_evidence_and_whole_days_apart() {
    let contributions = vec![
        contribution("a", "one", 0, 9.0),
        contribution("b", "one", 5, 10.0),
        contribution("c", "two", 3, 5.0),
        contribution("d", "three", 1, 9.0),
    ];
    let mut incident = incident(contributions);
    incident.timeline.push(TimelineEntry {
        time: EventTime(4 * MINUTE_MS),
        domain: Domain::Email,
        text: "ann got it, too".into(),
        text_ja: "ann にも届きました".into(),
        indicator: None,
        question: Some(Text { en: "Who else?".into(), ja: "ほかに誰か".into() }),
        events: vec![EventRef { time: EventTime(4 * MINUTE_MS), uid: EventUid([1; 16]) }],
    });
    let whole_day = [IndicatorUid::of("t", &[b"d"])].into();
    let narrative =
        narrate(&incident, &Setting { whole_day, feeds: vec![Feed::Age { what: "x.example".into(), day: "2024-01-02".into() }] });
    expect_test::expect![[r#"
        Several unusual things happened together; an attack is probably behind them. This rests on 4 deviations in SaaS over 5 minutes, together 20.0 bits of evidence (score 62; an alert starts at 50).
        1970-01-01 00:00 UTC: A happened; 1 more device followed by 1970-01-01 00:05 UTC.
        1970-01-01 00:03 UTC: C happened (a weak sign by itself).
        1970-01-01 00:04 UTC: Ann got it, too.
        Further deviations fit, each weak or counted over a whole day: d happened (1970-01-01).
        No sign of it was found in email and network; that proves little where a sensor is missing.
        A feed says that x.example was registered on 2024-01-02."#]]
    .assert_eq(&narrative.en);
    expect_test::expect![[r#"
        通常と異なる出来事が同時期に重なっており、背後に攻撃がある可能性が高いです。根拠は、5 分間に SaaS で観測された 4 件の逸脱で、証拠の合計は 20.0 ビットです（スコア 62、警告の基準は 50）。
        1970-01-01 00:00 UTC: a がありました。1970-01-01 00:05 UTC までに、ほか 1 台の端末でも同様の動きがありました。
        1970-01-01 00:03 UTC: c がありました（単独では弱い兆候です）。
        1970-01-01 00:04 UTC: ann にも届きました。
        次の逸脱も、この見方と整合します（それぞれ単独では弱いもの、または一日単位で数えたものです）。d がありました（1970-01-01）。
        メール、ネットワークでは兆候が見つかっていません。ただし、センサーがない範囲については何も言えません。
        フィードによると、x.example は 2024-01-02 に登録されました。"#]]
    .assert_eq(&narrative.ja);
    let told: usize = narrative.clauses.iter().map(|clause| clause.indicators.len()).sum();
    assert_eq!(told, 4, "every indicator is told once");
    assert_eq!(narrative.clauses.iter().map(|clause| clause.events.len()).sum::<usize>(), 1);
    assert_eq!(narrative.recipient, Text::default(), "no mail, no recipient");
}

#[test]
fn titles_by_kind_of_evidence() {
    let sender = part(EntityKind::Sender, "bo@supplier.example", "phishing sender");
    let link = part(EntityKind::Url, "https://x.example/", "phishing link");
    let endpoint = part(EntityKind::Domain, "c2.example", "possible C2 endpoint");
    let account = part(EntityKind::Person, "ann@corp.example", "compromised account");
    let nameless = IncidentEntity { name: String::new(), ..account.clone() };
    let cases: [(&[&str], Vec<IncidentEntity>, &str, &str); 16] = [
        (
            &["saas-access"],
            vec![account.clone()],
            "Possible hijack of Microsoft 365 account (ann@corp.example)",
            "Microsoft 365 アカウント乗っ取りの疑い（ann@corp.example）",
        ),
        (
            &["saas-mail-rule"],
            vec![nameless],
            "Possible hijack of Microsoft 365 account (ann@corp.example)",
            "Microsoft 365 アカウント乗っ取りの疑い（ann@corp.example）",
        ),
        (&["device-domain"], vec![endpoint.clone()], "Possible TLS command and control", "TLS による C2 通信の疑い"),
        (
            &["saas-account", "device-domain"],
            vec![account.clone(), endpoint],
            "Possible hijack of Microsoft 365 account (ann@corp.example) and possible TLS command and control",
            "Microsoft 365 アカウント乗っ取りの疑い（ann@corp.example）、TLS による C2 通信の疑い",
        ),
        (
            &["email-sender"],
            vec![sender.clone()],
            "Possible supplier account takeover (bo@supplier.example)",
            "取引先アカウント乗っ取りの疑い（bo@supplier.example）",
        ),
        (&["email-impersonation"], vec![sender.clone()], "Possible impersonation by mail", "メールによるなりすましの疑い"),
        (
            &["email-inbound", "device-domain"],
            vec![sender.clone(), link.clone()],
            "Possible credential phishing",
            "認証情報を狙うフィッシングの疑い",
        ),
        (&["email-campaign"], vec![sender], "Possible phishing campaign", "フィッシング キャンペーンの疑い"),
        (&["email-attachment"], vec![], "Possible malware delivery by mail", "メールによるマルウェア配布の疑い"),
        (&["device-upload"], vec![], "Possible data exfiltration", "データ持ち出しの疑い"),
        (&["saas-spray"], vec![], "Possible password spray", "パスワード スプレー攻撃の疑い"),
        (&["saas-failed-access"], vec![], "Possible password guessing", "パスワード推測攻撃の疑い"),
        (&["saas-second-factor"], vec![], "Possible second factor fatigue attack", "多要素認証の疲労攻撃の疑い"),
        (&["email-outbound"], vec![link], "Possible phishing from an internal account", "社内アカウントからのフィッシング送信の疑い"),
        (&["saas-application"], vec![], "Possible malicious application consent", "アプリケーションへの不正な権限付与の疑い"),
        (&["own-model"], vec![], "Unusual activity", "通常と異なる活動"),
    ];
    for (families, entities, en, ja) in cases {
        let mut incident = incident(families.iter().map(|family| contribution(family, family, 0, 9.0)).collect());
        incident.entities = entities;
        let title = title(&incident, &attacks(&incident), true);
        assert_eq!((title.en.as_str(), title.ja.as_str()), (en, ja), "{families:?}");
    }
}

#[test]
fn money_in_the_subject_makes_it_a_payment_fraud() {
    for (subject, en) in [
        ("change of bank details", "Possible payment fraud by a hijacked supplier (bo@supplier.example)"),
        ("お振込先の変更", "Possible payment fraud by a hijacked supplier (bo@supplier.example)"),
        ("minutes of the embankment meeting", "Possible supplier account takeover (bo@supplier.example)"),
    ] {
        let mut one = contribution("m", "email-sender", 0, 9.0);
        one.indicator.entities.push(Entity::new(EntityKind::Campaign, subject));
        let mut incident = incident(vec![one]);
        incident.entities = vec![part(EntityKind::Sender, "bo@supplier.example", "phishing sender")];
        assert_eq!(title(&incident, &attacks(&incident), true).en, en, "{subject}");
    }
}

#[test]
fn alerts_of_other_products_are_titled_by_tactic_or_by_whom_they_name() {
    let alert = || {
        let mut one = contribution("pc-7", "finding-1", 0, 9.0);
        one.indicator.model = format!("{}Product/Rule", weft_model::indicator::FINDING);
        one
    };
    let mut incident = incident(vec![alert()]);
    let said = |incident: &Incident| title(incident, &attacks(incident), true);
    assert_eq!(said(&incident).en, "Related alerts of other products (pc-7)");
    assert_eq!(said(&incident).ja, "他製品の関連する警告（pc-7）");
    incident.tactics = vec!["execution".into(), "exfiltration".into()];
    assert_eq!(said(&incident).en, "Possible data exfiltration and possible malware on a computer");
}
