//! The kind of attack and the title, by what kinds of evidence are there: families, models, parts, tactics; never by names in the data.

use crate::speech::{Arg, list, name, say};
use weft_model::{EntityKind, Incident, Indicator, Text};

/// Names that a title shows.
const MAX_NAMES: usize = 2;
/// Words of a mail's subject that speak of money, lower case.
const PAYMENT_WORDS: [&str; 17] = [
    "bank",
    "invoice",
    "iban",
    "payment",
    "payroll",
    "remittance",
    "wire",
    "salary",
    "facture",
    "virement",
    "rechnung",
    "zahlung",
    "pago",
    "振込",
    "請求",
    "口座",
    "支払",
];

/// The kinds of attack that Weft names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attack {
    AccountHijack,
    SupplierFraud,
    ImpersonationFraud,
    TlsC2,
    DnsC2,
    C2,
    Destruction,
    Exfiltration,
    InternalPhishing,
    SupplierTakeover,
    Impersonation,
    MalwareMail,
    CredentialPhishing,
    Phishing,
    Consent,
    Privilege,
    PasswordSpray,
    SecondFactor,
    PasswordGuessing,
    Lateral,
    Malware,
    CredentialTheft,
    Intrusion,
    /// Nothing but alerts of other products, of no known tactic.
    Alerts,
    Unusual,
}

impl Attack {
    /// What follows `title-` and `lead-` in the texts.
    pub fn key(self) -> &'static str {
        match self {
            Self::AccountHijack => "account-hijack",
            Self::SupplierFraud => "supplier-fraud",
            Self::ImpersonationFraud => "impersonation-fraud",
            Self::TlsC2 => "tls-c2",
            Self::DnsC2 => "dns-c2",
            Self::C2 => "c2",
            Self::Destruction => "destruction",
            Self::Exfiltration => "exfiltration",
            Self::InternalPhishing => "internal-phishing",
            Self::SupplierTakeover => "supplier-takeover",
            Self::Impersonation => "impersonation",
            Self::MalwareMail => "malware-mail",
            Self::CredentialPhishing => "credential-phishing",
            Self::Phishing => "phishing",
            Self::Consent => "consent",
            Self::Privilege => "privilege",
            Self::PasswordSpray => "password-spray",
            Self::SecondFactor => "second-factor",
            Self::PasswordGuessing => "password-guessing",
            Self::Lateral => "lateral",
            Self::Malware => "malware",
            Self::CredentialTheft => "credential-theft",
            Self::Intrusion => "intrusion",
            Self::Alerts => "alerts",
            Self::Unusual => "unusual",
        }
    }
}

/// The kinds of attack that the incident's evidence speaks for, the gravest first; at least one.
pub fn attacks(incident: &Incident) -> Vec<Attack> {
    let evidence = Evidence(incident);
    let mut found = evidence.by_family();
    if found.is_empty() {
        found = evidence.by_tactic();
    }
    if found.is_empty() {
        let is_foreign = evidence.indicators().all(Indicator::is_finding) && !incident.contributions.is_empty();
        found.push(if is_foreign { Attack::Alerts } else { Attack::Unusual });
    }
    found.sort_unstable();
    found
}

/// The title: the two gravest kinds. `is_microsoft` says that every service seen is one of Microsoft 365.
pub fn title(incident: &Incident, attacks: &[Attack], is_microsoft: bool) -> Text {
    let mut parts = attacks.iter().map(|attack| named(incident, *attack, is_microsoft));
    let first = parts.next().unwrap_or_default();
    let Some(mut second) = parts.next() else { return first };
    if let Some(rest) = second.en.strip_prefix("Possible") {
        second.en = format!("possible{rest}");
    }
    say("title-two", &[("first", Arg::Text(&first)), ("second", Arg::Text(&second))])
}

/// The title of one kind of attack alone.
pub fn title_of(attack: Attack, is_microsoft: bool) -> Text {
    let service = Arg::Name(if is_microsoft { "microsoft" } else { "other" });
    say(&format!("title-{}", attack.key()), &[("service", service)])
}

fn named(incident: &Incident, attack: Attack, is_microsoft: bool) -> Text {
    let title = title_of(attack, is_microsoft);
    match whom(incident, attack) {
        Some(who) => say("title-named", &[("title", Arg::Text(&title)), ("who", Arg::Text(&who))]),
        None => title,
    }
}

/// Whom the attack is about, where the title says it.
pub(crate) fn whom(incident: &Incident, attack: Attack) -> Option<Text> {
    let names = match attack {
        Attack::AccountHijack => with_role(incident, "compromised account"),
        Attack::SupplierFraud | Attack::SupplierTakeover => with_role(incident, "phishing sender"),
        Attack::Alerts => {
            let mut keepers: Vec<String> =
                Evidence(incident).indicators().filter_map(|one| Some(one.entities.first()?.key.to_string())).collect();
            keepers.sort();
            keepers.dedup();
            keepers.into_iter().map(name).collect()
        }
        _ => Vec::new(),
    };
    let names: Vec<Text> = names.into_iter().filter(|name| !name.en.is_empty()).collect();
    (!names.is_empty()).then(|| list(&names, MAX_NAMES, "list-more"))
}

/// Names of the people, accounts and senders with this part.
pub(crate) fn with_role(incident: &Incident, role: &str) -> Vec<Text> {
    let is_one = |kind| matches!(kind, EntityKind::Person | EntityKind::Account | EntityKind::Sender);
    let named = incident.entities.iter().filter(|entity| entity.role == role && is_one(entity.entity.kind));
    named.map(|one| name(if one.name.is_empty() { one.entity.key.as_str() } else { one.name.as_str() })).collect()
}

struct Evidence<'a>(&'a Incident);

impl<'a> Evidence<'a> {
    fn indicators(&self) -> impl Iterator<Item = &'a Indicator> + use<'a> {
        self.0.contributions.iter().map(|contribution| &contribution.indicator)
    }

    fn has(&self, families: &[&str]) -> bool {
        self.indicators().any(|indicator| families.contains(&indicator.family.as_str()))
    }

    fn has_model(&self, end: &str) -> bool {
        self.indicators().any(|indicator| indicator.model.ends_with(end))
    }

    /// Whether something of one of these kinds plays this part.
    fn plays(&self, role: &str, kinds: &[EntityKind]) -> bool {
        self.0.entities.iter().any(|entity| entity.role == role && kinds.contains(&entity.entity.kind))
    }

    fn speaks_of_money(&self) -> bool {
        let mut subjects = self.indicators().flat_map(|one| &one.entities).filter(|entity| entity.kind == EntityKind::Campaign);
        subjects.any(|subject| {
            let subject = subject.key.to_lowercase();
            PAYMENT_WORDS.iter().any(|word| {
                if word.is_ascii() { subject.split(|c: char| !c.is_alphanumeric()).any(|one| one == *word) } else { subject.contains(word) }
            })
        })
    }

    fn by_family(&self) -> Vec<Attack> {
        let person = [EntityKind::Person, EntityKind::Account];
        let place = [EntityKind::Url, EntityKind::Domain, EntityKind::Host];
        let is_hijack =
            self.plays("compromised account", &person) && self.has(&["saas-access", "saas-account", "saas-mail-rule", "saas-lockout"]);
        let inbound =
            self.has(&["email-inbound", "email-sender", "email-attachment", "email-campaign", "email-targeting", "email-impersonation"]);
        let is_supplier = self.has(&["email-sender"]) && self.plays("phishing sender", &[EntityKind::Sender]);
        let poses = self.has(&["email-impersonation"]) && !self.has(&["email-sender"]);
        let money = self.speaks_of_money();
        let leads = self.plays("phishing link", &place);
        let endpoint = self.plays("possible C2 endpoint", &place) || self.plays("possible C2 endpoint", &[EntityKind::Ip]);
        // Visits alone to what mails lead to are clicks.
        let contacts = self.has(&["device-domain"]) && (endpoint || !inbound);
        let deletes = self.has_model("Mass Deletion");
        let takes = self.has(&["device-upload", "email-exfiltration"]) || (self.has(&["saas-data"]) && !deletes);
        let signs: [(bool, Attack); 18] = [
            (is_hijack, Attack::AccountHijack),
            (is_supplier && (money || self.has_model("Answers Diverted")), Attack::SupplierFraud),
            (poses && money, Attack::ImpersonationFraud),
            (contacts, Attack::TlsC2),
            (self.has(&["device-dns"]), Attack::DnsC2),
            (
                !contacts
                    && (self.has(&["device-beacon", "device-port"])
                        || self.has_model("New TLS Client")
                        || self.has_model("New Web Client")),
                Attack::C2,
            ),
            (deletes, Attack::Destruction),
            (takes, Attack::Exfiltration),
            (self.has(&["email-outbound"]), Attack::InternalPhishing),
            (is_supplier && !money && !self.has_model("Answers Diverted"), Attack::SupplierTakeover),
            (poses && !money, Attack::Impersonation),
            (self.has(&["email-attachment"]), Attack::MalwareMail),
            (inbound && leads, Attack::CredentialPhishing),
            (self.has(&["email-inbound", "email-campaign", "email-targeting"]) && !leads && !poses && !is_supplier, Attack::Phishing),
            (self.has(&["saas-application"]), Attack::Consent),
            (self.has(&["saas-privilege", "saas-delegation", "saas-mail-flow"]), Attack::Privilege),
            (self.has(&["device-scan", "device-lateral"]), Attack::Lateral),
            (self.has_model("Program Downloaded Over HTTP"), Attack::Malware),
        ];
        let mut found: Vec<Attack> = signs.into_iter().filter(|(is_there, _)| *is_there).map(|(_, attack)| attack).collect();
        // How a password was sought is told when nothing came of it.
        if !is_hijack {
            let tries = [
                ("saas-spray", Attack::PasswordSpray),
                ("saas-second-factor", Attack::SecondFactor),
                ("saas-failed-access", Attack::PasswordGuessing),
            ];
            found.extend(tries.into_iter().find(|(family, _)| self.has(&[family])).map(|(_, attack)| attack));
        }
        found
    }

    /// For evidence of unknown families: other products' alerts, models of the operator's own.
    fn by_tactic(&self) -> Vec<Attack> {
        let tactics = [
            ("command-and-control", Attack::C2),
            ("impact", Attack::Destruction),
            ("exfiltration", Attack::Exfiltration),
            ("credential-access", Attack::CredentialTheft),
            ("execution", Attack::Malware),
            ("lateral-movement", Attack::Lateral),
            ("privilege-escalation", Attack::Privilege),
            ("initial-access", Attack::Intrusion),
            ("persistence", Attack::Intrusion),
            ("defense-evasion", Attack::Intrusion),
        ];
        let mut found = Vec::new();
        for (tactic, attack) in tactics {
            if self.0.tactics.iter().any(|known| known == tactic) && !found.contains(&attack) && found.len() < 2 {
                found.push(attack);
            }
        }
        found
    }
}
