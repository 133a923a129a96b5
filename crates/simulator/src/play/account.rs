//! Actions on accounts in the directory: passwords, roles, applications let in; each in both logs, mostly without a client address.

use super::stage::Stage;
use super::{Need, Part};
use crate::SimulateError;
use crate::output::Log;
use serde::Deserialize;
use std::net::Ipv4Addr;

/// The own password is changed, or that of another by an administrator.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// Whose password.
    pub who: String,
    pub client: String,
    /// Resets it without knowing the old one, through self-service unless `by` is named.
    #[serde(default)]
    pub reset: bool,
    /// The administrator who resets it.
    #[serde(default)]
    pub by: Option<String>,
    /// Share of cases in which a record tells the client's address.
    #[serde(default)]
    pub shows_address: f64,
}

/// A directory role is given or taken.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeRole {
    /// Who gets or loses it.
    pub who: String,
    pub by: String,
    pub client: String,
    /// Display name, such as `Exchange Administrator`.
    pub role: String,
    #[serde(default)]
    pub remove: bool,
    #[serde(default)]
    pub shows_address: f64,
}

/// A person lets an application into the account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    pub who: String,
    pub client: String,
    /// Display name of the application.
    pub app: String,
    #[serde(default)]
    pub shows_address: f64,
}

impl Stage<'_> {
    /// The client's address in that share of cases; noted when shown.
    fn shown(&mut self, client: &str, share: f64) -> Result<Option<Ipv4Addr>, SimulateError> {
        Ok(if self.rng.chance(share) { Some(self.session(client)?.ip) } else { None })
    }
}

impl Part for ChangePassword {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let target = stage.cast.person(&self.who)?;
        let actor = self.by.as_ref().map_or(Ok(target), |by| stage.cast.person(by))?;
        stage.touch_person(target);
        stage.touch_person(actor);
        let ip = stage.shown(&self.client, self.shows_address)?;
        stage.now_ms = stage.world.change_password((actor, target), self.reset, ip, stage.now_ms, &mut stage.rng);
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        let by = self.by.iter().map(|by| Need::Person(by));
        by.chain([Need::Person(&self.who), Need::Client(&self.client)]).collect()
    }
}

impl Part for ChangeRole {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let (actor, target) = (stage.cast.person(&self.by)?, stage.cast.person(&self.who)?);
        stage.touch_person(actor);
        stage.touch_person(target);
        let ip = stage.shown(&self.client, self.shows_address)?;
        let role = (self.role.as_str(), !self.remove);
        stage.now_ms = stage.world.change_role((actor, target), role, ip, stage.now_ms, &mut stage.rng);
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::Person(&self.who), Need::Person(&self.by), Need::Client(&self.client)]
    }
}

impl Part for Consent {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let person = stage.cast.person(&self.who)?;
        stage.touch_person(person);
        let ip = stage.shown(&self.client, self.shows_address)?;
        for operation in ["Add service principal.", "Add delegated permission grant.", "Consent to application."] {
            let at = stage.now_ms;
            stage.record(person, Log::Unified, at, |auditor, rng| auditor.directory_object(at, operation, &self.app, ip, rng));
            stage.now_ms += stage.rng.range(100, 1_500);
        }
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::Person(&self.who), Need::Client(&self.client)]
    }
}
