//! For people who are no specialists: what a mail is, why it is strange, what to do.

use crate::attack::{Attack, attacks, with_role};
use crate::speech::{Arg, list, say};
use weft_model::{Domain, EntityKind, Incident, Indicator, Text};

/// Reasons that one text gives.
const MAX_REASONS: usize = 3;
/// From these bits on a reported mail is called strange.
const STRANGE_BITS: f64 = 8.0;

/// For the recipients of an incident's mail; empty when no mail is part of it.
pub fn recipient(incident: &Incident) -> Text {
    let indicators: Vec<&Indicator> =
        incident.contributions.iter().map(|one| &one.indicator).filter(|one| one.domain == Domain::Email).collect();
    if indicators.is_empty() {
        return Text::default();
    }
    let attacks = attacks(incident);
    let has = |some: &[Attack]| some.iter().any(|attack| attacks.contains(attack));
    let fraud = has(&[Attack::SupplierFraud, Attack::ImpersonationFraud]);
    let is_inbound = indicators.iter().any(|one| one.family != "email-outbound");
    let who = list(&with_role(incident, "compromised account"), 2, "list-more-people");
    let what = if has(&[Attack::InternalPhishing]) && !is_inbound && !who.en.is_empty() {
        "recipient-what-internal"
    } else if has(&[Attack::SupplierTakeover, Attack::SupplierFraud]) {
        "recipient-what-supplier"
    } else if has(&[Attack::Impersonation, Attack::ImpersonationFraud]) {
        "recipient-what-impersonation"
    } else if has(&[Attack::MalwareMail]) {
        "recipient-what-malware"
    } else if has(&[Attack::CredentialPhishing]) {
        "recipient-what-credential"
    } else {
        "recipient-what-phishing"
    };
    let mut parts = vec![say(what, &[("who", Arg::Text(&who))])];
    parts.extend(strange(&indicators));
    parts.extend(fraud.then(|| say("recipient-fraud", &[])));
    parts.push(say("recipient-do", &[]));
    joined(&parts)
}

/// For somebody who reported one mail; `indicators` are those that rest on it, none when nothing about it was unusual.
pub fn reported(indicators: &[&Indicator]) -> Text {
    let about: Vec<&Indicator> = indicators.iter().copied().filter(|one| one.domain == Domain::Email || one.is_finding()).collect();
    let most = about.iter().map(|one| one.bits.value()).fold(0.0, f64::max);
    let key = match most {
        bits if bits >= STRANGE_BITS => "reported-strange",
        bits if bits > 0.0 => "reported-little",
        _ => "reported-nothing",
    };
    let mut parts = vec![say(key, &[])];
    if let Some(why) = strange(&about) {
        parts.push(why);
        parts.push(say("recipient-do", &[]));
    }
    joined(&parts)
}

fn joined(parts: &[Text]) -> Text {
    let half = |half: fn(&Text) -> &str| parts.iter().map(half).collect::<Vec<_>>();
    Text { en: half(|part| &part.en).join(" "), ja: half(|part| &part.ja).concat() }
}

/// The strongest reasons in plain words, each once.
fn strange(indicators: &[&Indicator]) -> Option<Text> {
    let mut sorted = indicators.to_vec();
    sorted.sort_by_key(|one| (std::cmp::Reverse(one.bits), one.uid));
    let mut reasons = Vec::new();
    for indicator in sorted {
        let reason = say(plain(indicator), &[]);
        if reasons.len() < MAX_REASONS && !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    (!reasons.is_empty()).then(|| {
        let half = |half: fn(&Text) -> &str| reasons.iter().map(half).collect::<Vec<_>>();
        let parts = Text { en: half(|reason| &reason.en).join("; "), ja: half(|reason| &reason.ja).join("。") };
        say("reported-why", &[("parts", Arg::Text(&parts))])
    })
}

/// The plain words for a model, by its name; a model of the operator's own by its family.
fn plain(indicator: &Indicator) -> &'static str {
    if indicator.is_finding() {
        return "plain-finding";
    }
    let by_name = [
        ("Misleading Link Text", "plain-link-shows"),
        ("Stranger Links to Shared Platform", "plain-shared-platform"),
        ("Link Unlike Sender's History", "plain-link-unlike"),
        ("Anomalous Source Country", "plain-source"),
        ("Anomalous Source IP address", "plain-source"),
        ("Authentication of Known Sender Changed", "plain-authentication"),
        ("Own Domain Forged", "plain-forged"),
        ("Look-Alike Domain", "plain-look-alike"),
        ("Whale Spoof", "plain-name"),
        ("Answers Diverted", "plain-reply-to"),
        ("Content Differs From Declaration", "plain-disguised"),
        ("Runnable Content From Stranger", "plain-program"),
        ("Stranger Uses Recipient's Name", "plain-first-name"),
    ];
    let by_family = [
        ("email-outbound", "plain-bulk"),
        ("email-campaign", "plain-campaign"),
        ("email-targeting", "plain-campaign"),
        ("email-attachment", "plain-attachment"),
        ("email-impersonation", "plain-name"),
        ("email-inbound", "plain-link-stranger"),
    ];
    let named = by_name.iter().find(|(end, _)| indicator.model.ends_with(end));
    let has_link = indicator.entities.iter().any(|entity| entity.kind == EntityKind::Domain);
    named
        .or_else(|| by_family.iter().find(|(family, key)| indicator.family == *family && (*key != "plain-link-stranger" || has_link)))
        .map_or("plain-behaviour", |(_, key)| key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_model::*;

    fn indicator(model: &str, family: &str, bits: f64) -> Indicator {
        Indicator {
            uid: IndicatorUid::of("t", &[model.as_bytes()]),
            model: model.into(),
            family: family.into(),
            domain: Domain::Email,
            time: EventTime(0),
            end_time: EventTime(0),
            bits: Bits::new(bits),
            evidence: Bits::new(bits / 2.0),
            p: 0.001,
            score: 50,
            title: String::new(),
            title_ja: String::new(),
            entities: vec![],
            techniques: vec![],
            tactics: vec![],
            events: vec![],
            why: vec![],
        }
    }

    #[test]
    fn a_reported_mail_is_answered_by_what_is_strange_about_it() {
        let (look, shape) =
            (indicator("Email/Look-Alike Domain", "email-impersonation", 9.0), indicator("Behavioral Anomaly", "email-sender", 6.0));
        let strange = reported(&[&shape, &look]);
        expect_test::expect!["Thank you for reporting this mail. It is unusual: treat it as dangerous until your security team has answered. What is strange: the sender's domain looks like one that you know, and is another; the sender behaves unlike before. Do not open its links or attachments and do not answer it. If you did already, tell your security team now: nobody will blame you. If you entered a password, change it at once on the usual page."].assert_eq(&strange.en);
        expect_test::expect!["メールのご報告をありがとうございます。このメールには通常と異なる点があります。セキュリティ担当から返答があるまで、危険なものとして扱ってください。不審な点：送信者のドメインが、ご存じのものに似た別のドメインです。送信者の振る舞いがこれまでと異なります。リンクや添付ファイルは開かず、返信もしないでください。すでに開いた場合や返信した場合は、すぐにセキュリティ担当へお知らせください。責められることはありません。パスワードを入力した場合は、いつものページから直ちに変更してください。"].assert_eq(&strange.ja);
        assert!(reported(&[&shape]).en.contains("a little unusual"));
        let nothing = reported(&[]);
        assert!(nothing.en.contains("no proof that it is harmless") && !nothing.en.contains("What is strange"));
    }
}
