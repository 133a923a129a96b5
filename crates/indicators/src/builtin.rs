//! The models and priors that ship inside the binary, from the `models/` folder.

use crate::error::ModelError;
use crate::model::{Model, ModelSet};
use crate::prior::Prior;
use crate::suppression::Suppression;

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../models/", $path)))),*]
    };
}

/// Model files, path under `models/` and text.
pub const MODELS: &[(&str, &str)] = files![
    "email/active-attachment.yaml",
    "email/alphabetical.yaml",
    "email/anomalous-source-country.yaml",
    "email/anomalous-source-ip.yaml",
    "email/authentication-change.yaml",
    "email/behavioral-anomaly.yaml",
    "email/called-by-name.yaml",
    "email/disguised-attachment.yaml",
    "email/forged-own-domain.yaml",
    "email/look-alike-domain.yaml",
    "email/many-recipients.yaml",
    "email/many-strangers.yaml",
    "email/one-matter-many-strangers.yaml",
    "email/misleading-link.yaml",
    "email/new-topic.yaml",
    "email/no-association.yaml",
    "email/one-site-many-strangers.yaml",
    "email/private-copy.yaml",
    "email/reply-diversion.yaml",
    "email/sender-burst.yaml",
    "email/shared-platform-link.yaml",
    "email/shared-trait.yaml",
    "email/similar-from-strangers.yaml",
    "email/unfamiliar-sender-with-link.yaml",
    "email/unlike-link.yaml",
    "email/unsolicited-attachment.yaml",
    "email/unusual-bulk-send.yaml",
    "email/whale-spoof.yaml",
    "network/beaconing.yaml",
    "network/direct-address.yaml",
    "network/dns-tunnel.yaml",
    "network/failed-names.yaml",
    "network/host-scan.yaml",
    "network/long-connection.yaml",
    "network/many-new-domains.yaml",
    "network/multiple-devices.yaml",
    "network/new-administration.yaml",
    "network/new-country.yaml",
    "network/new-tls-client.yaml",
    "network/new-user-agent.yaml",
    "network/port-scan.yaml",
    "network/program-download.yaml",
    "network/suspicious-domain.yaml",
    "network/unusual-data-upload.yaml",
    "network/unusual-port.yaml",
    "network/upload-hour.yaml",
    "network/upload-to-share.yaml",
    "saas/account-created.yaml",
    "saas/anomalous-new-email-rule.yaml",
    "saas/application-consent.yaml",
    "saas/application-credential.yaml",
    "saas/back-too-soon.yaml",
    "saas/dormant-account.yaml",
    "saas/external-forwarding.yaml",
    "saas/failed-new-country.yaml",
    "saas/fixed-time-failures.yaml",
    "saas/hosting-network.yaml",
    "saas/mail-traces-deleted.yaml",
    "saas/mailbox-delegation.yaml",
    "saas/mailbox-forwarding.yaml",
    "saas/mailbox-read.yaml",
    "saas/many-networks.yaml",
    "saas/mass-delete.yaml",
    "saas/mass-download.yaml",
    "saas/mass-share.yaml",
    "saas/new-client.yaml",
    "saas/owner-locked-out.yaml",
    "saas/password-reset.yaml",
    "saas/password-spray.yaml",
    "saas/policy-weakened.yaml",
    "saas/role-granted.yaml",
    "saas/second-factor-changed.yaml",
    "saas/second-factor-denied.yaml",
    "saas/service-account.yaml",
    "saas/session-moved.yaml",
    "saas/success-after-failures.yaml",
    "saas/two-places.yaml",
    "saas/transport-rule.yaml",
    "saas/unusual-administration.yaml",
    "saas/unusual-country.yaml",
    "saas/unusual-external-source.yaml",
    "saas/unusual-failed-logins.yaml",
    "saas/unusual-hour.yaml",
    "saas/unusual-login-and-account-update.yaml",
    "saas/unusual-login-and-new-email-rule.yaml",
    "saas/unusual-operation.yaml",
    "saas/unusual-share.yaml",
];

/// Prior files, path under `models/` and text.
pub const PRIORS: &[(&str, &str)] = files![
    "priors/absence.yaml",
    "priors/attachment-class.yaml",
    "priors/attachment-fit.yaml",
    "priors/auth-factor.yaml",
    "priors/authentication.yaml",
    "priors/impersonation.yaml",
    "priors/link-relation.yaml",
    "priors/link-text.yaml",
    "priors/look-alike.yaml",
    "priors/presence.yaml",
    "priors/reply-to.yaml",
    "priors/rule-actions.yaml",
    "priors/rule-folder.yaml",
    "priors/rule-name-shape.yaml",
    "priors/subject-name.yaml",
    "priors/tld.yaml",
];

/// The shipped models and priors.
pub fn builtin() -> Result<ModelSet, ModelError> {
    let models = MODELS.iter().map(|(file, text)| Model::parse(file, text)).collect::<Result<Vec<_>, _>>()?;
    let priors = PRIORS
        .iter()
        .map(|(file, text)| {
            serde_saphyr::from_str::<Prior>(text).map_err(|source| ModelError::Yaml { file: (*file).to_owned(), source: Box::new(source) })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut set = ModelSet::new(models, priors)?;
    set.suppressions = Suppression::parse("suppressions.yaml", include_str!("../../../models/suppressions.yaml"))?;
    Ok(set)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::{BTreeMap, BTreeSet};

    #[derive(Deserialize)]
    struct Attack {
        version: String,
        techniques: BTreeMap<String, Technique>,
    }

    #[derive(Deserialize)]
    struct Technique {
        tactics: Vec<String>,
    }

    fn attack() -> Attack {
        serde_saphyr::from_str(include_str!("../../../models/attack.yaml")).unwrap()
    }

    #[test]
    fn techniques_and_tactics_are_those_of_the_pinned_attack_version() {
        let attack = attack();
        assert_eq!(attack.version, "17.1");
        for model in builtin().unwrap().models {
            assert!(!model.techniques.is_empty() && !model.tactics.is_empty(), "{} names no technique or tactic", model.name);
            let tactics: Vec<&String> = model
                .techniques
                .iter()
                .flat_map(|id| &attack.techniques.get(id).unwrap_or_else(|| panic!("{}: {id} is not in the list", model.name)).tactics)
                .collect();
            for tactic in &model.tactics {
                assert!(tactics.contains(&tactic), "{}: no technique of it has the tactic {tactic}", model.name);
            }
        }
    }

    #[test]
    fn every_file_of_the_folder_is_shipped() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
        let shipped: BTreeSet<String> = MODELS.iter().chain(PRIORS).map(|(file, _)| (*file).to_owned()).collect();
        for folder in ["email", "network", "saas", "priors"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let file = format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy());
                assert!(shipped.contains(&file), "{file} is not in the list");
            }
        }
    }

    #[test]
    fn the_three_domains_are_covered() {
        let models = builtin().unwrap().models;
        for (domain, at_least) in [("email", 15), ("saas", 25), ("network", 12)] {
            assert!(models.iter().filter(|model| model.on.domain().as_str() == domain).count() >= at_least, "{domain}");
        }
    }
}
