//! What the incident is called, and which other names an analyst may type.

use crate::engine::Engine;
use std::collections::BTreeSet;
use weft_model::{Incident, Text};
use weft_narrative::{Attack, attacks, title_of};

/// Title and search aliases of an incident whose evidence and parts are in place.
pub(crate) fn title(engine: &Engine, incident: &Incident) -> (Text, Vec<String>) {
    let is_microsoft = !engine.products.is_empty() && engine.products.iter().all(|product| product.starts_with("Microsoft"));
    let found = attacks(incident);
    let title = weft_narrative::title(incident, &found, is_microsoft);
    let mut aliases = BTreeSet::new();
    for attack in found {
        let name = title_of(attack, is_microsoft);
        aliases.extend([name.en, name.ja]);
        aliases.extend(also_called(attack).iter().map(|alias| (*alias).to_owned()));
    }
    (title, aliases.into_iter().collect())
}

fn also_called(attack: Attack) -> &'static [&'static str] {
    match attack {
        Attack::AccountHijack => &["Possible Hijack of Office365 Account", "Account takeover", "Business email compromise"],
        Attack::TlsC2 => &["Possible SSL Command and Control"],
        Attack::SupplierFraud | Attack::ImpersonationFraud => &["Business email compromise", "Invoice fraud"],
        Attack::SupplierTakeover => &["Vendor email compromise"],
        Attack::Impersonation => &["CEO fraud", "Whaling"],
        Attack::CredentialPhishing | Attack::Phishing | Attack::InternalPhishing => &["Phishing"],
        Attack::MalwareMail => &["Malspam"],
        Attack::SecondFactor => &["MFA bombing"],
        Attack::PasswordGuessing => &["Brute force"],
        _ => &[],
    }
}
