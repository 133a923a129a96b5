//! The models and priors that ship inside the binary, from the `models/` folder.

use crate::error::ModelError;
use crate::model::{Model, ModelSet};
use crate::prior::Prior;

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../models/", $path)))),*]
    };
}

/// Model files, path under `models/` and text.
pub const MODELS: &[(&str, &str)] = files![
    "email/unfamiliar-sender-with-link.yaml",
    "email/unusual-bulk-send.yaml",
    "network/multiple-devices.yaml",
    "network/suspicious-domain.yaml",
    "network/unusual-data-upload.yaml",
    "saas/anomalous-new-email-rule.yaml",
    "saas/unusual-external-source.yaml",
    "saas/unusual-failed-logins.yaml",
    "saas/unusual-login-and-account-update.yaml",
    "saas/unusual-login-and-new-email-rule.yaml",
];

/// Prior files, path under `models/` and text.
pub const PRIORS: &[(&str, &str)] = files![
    "priors/authentication.yaml",
    "priors/auth-factor.yaml",
    "priors/link-relation.yaml",
    "priors/rule-actions.yaml",
    "priors/rule-folder.yaml",
    "priors/rule-name-shape.yaml",
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
    ModelSet::new(models, priors)
}
