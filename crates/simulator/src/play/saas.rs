//! Actions in the office suite: sign-ins, second factors, rules, mailbox access; each as the records that the suite's logs hold.

use super::stage::Stage;
use super::{Need, Part};
use crate::SimulateError;
use crate::audit::{APPS, EXCHANGE};
use crate::mime;
use crate::names;
use crate::output::Log;
use crate::rng::Rng;
use crate::scenario::{Choice, Count, Lag};
use serde::Deserialize;
use std::collections::BTreeMap;
use weft_model::EntityKind;

/// Failures: number, name in the Unified Audit Log, reason in the sign-in log (Microsoft, "Microsoft Entra authentication and
/// authorization error codes").
const FAILURES: &[(u32, &str, &str)] = &[
    (50_126, "InvalidUserNameOrPassword", "Error validating credentials due to invalid username or password."),
    (50_053, "IdsLocked", "The account is locked, you've tried to sign in too many times with an incorrect user ID or password."),
    (50_055, "InvalidPasswordExpiredPassword", "The password is expired."),
    (50_056, "InvalidPasswordNullPassword", "Invalid or null password: password does not exist in the directory for this user."),
    (50_057, "UserDisabled", "The user account is disabled."),
    (50_074, "UserStrongAuthClientAuthNRequiredInterrupt", "Strong Authentication is required."),
    (
        50_076,
        "UserStrongAuthClientAuthNRequired",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.",
    ),
    (53_003, "BlockedByConditionalAccess", "Access has been blocked by Conditional Access policies."),
    (500_121, "AuthenticationFailedDuringStrongAuthenticationRequest", "Authentication failed during strong authentication request."),
];

/// Sign-ins of one account, in both logs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub who: String,
    pub client: String,
    #[serde(default = "one")]
    pub count: Count,
    /// Spread over this time, the first one at the start.
    #[serde(default)]
    pub over: Lag,
    /// Number of the failure; success when absent.
    #[serde(default)]
    pub error: Option<ErrorCode>,
}

/// A failure that the logs can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct ErrorCode(u32);

impl TryFrom<u32> for ErrorCode {
    type Error = String;
    fn try_from(code: u32) -> Result<Self, String> {
        if FAILURES.iter().any(|(known, _, _)| *known == code) {
            return Ok(Self(code));
        }
        let known: Vec<String> = FAILURES.iter().map(|(code, _, _)| code.to_string()).collect();
        Err(format!("unknown sign-in error {code}; known are {}", known.join(", ")))
    }
}

/// Messages read through a client.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadMail {
    pub who: String,
    pub client: String,
    /// Records.
    #[serde(default = "one")]
    pub count: Count,
    /// Messages named in a record.
    #[serde(default = "some")]
    pub messages: Count,
    #[serde(default)]
    pub over: Lag,
}

/// A second factor is registered.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddFactor {
    pub who: String,
    pub client: String,
    /// As the directory log says it, such as `User registered security info`.
    pub activity: String,
    pub reason: String,
    /// `StrongAuthenticationMethod` numbers: 5 text message, 6 app with a notification, 7 app with a code.
    pub before: Vec<u32>,
    pub after: Vec<u32>,
    /// Share of cases in which the record tells the client's address.
    #[serde(default)]
    pub shows_address: f64,
}

/// An inbox rule is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InboxRule {
    pub who: String,
    pub client: String,
    pub name: String,
    pub parameters: BTreeMap<String, String>,
}

/// An Exchange cmdlet, such as `New-TransportRule` or `Set-Mailbox`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cmdlet {
    pub who: String,
    pub client: String,
    pub operation: String,
    /// What it is about, with placeholders.
    pub object: String,
    pub parameters: BTreeMap<String, String>,
}

/// Files are touched in SharePoint and OneDrive.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    pub who: String,
    pub client: String,
    /// As the log says it, such as `FileDownloaded` or `AnonymousLinkCreated`.
    pub operation: String,
    #[serde(default = "one")]
    pub count: Count,
    #[serde(default)]
    pub over: Lag,
    /// File names with suffix, with placeholders; drawn when absent.
    #[serde(default)]
    pub name: Choice,
}

/// Messages are deleted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeleteMail {
    pub who: String,
    pub client: String,
    /// `MoveToDeletedItems`, `SoftDelete` or `HardDelete`.
    pub operation: String,
    #[serde(default = "inbox")]
    pub folder: String,
    #[serde(default = "one")]
    pub count: Count,
    #[serde(default)]
    pub over: Lag,
}

fn inbox() -> String {
    "Inbox".to_owned()
}

fn one() -> Count {
    Count::of(1)
}

fn some() -> Count {
    Count { least: 1, most: 6 }
}

impl Part for SignIn {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let failure = self.error.and_then(|ErrorCode(code)| FAILURES.iter().find(|(known, _, _)| *known == code));
        let people = stage.cast.people(&self.who)?;
        let start = stage.now_ms;
        for person in people {
            stage.touch_person(person);
            stage.now_ms = start;
            let (count, length) = (self.count.draw(&mut stage.rng), self.over.draw(&mut stage.rng));
            // How Entra's own log shows it, as with ordinary sign-ins: the first is somebody's act, most others are refreshed tokens.
            let mut shown = Rng::new(stage.world.seed, &format!("shown/{person}/{start}"));
            for (order, at) in stage.moments(count, length).into_iter().enumerate() {
                let session = stage.session(&self.client)?;
                let number = failure.map(|(code, name, _)| (code.to_string(), *name));
                let short = number.as_ref().map(|(code, name)| (code.as_str(), *name));
                // Somebody's first act is mail more often than not.
                let is_other = order > 0 || shown.chance(0.5);
                let other = shown.pick(APPS).filter(|_| is_other && failure.is_none());
                let app = other.copied().unwrap_or(EXCHANGE);
                stage.record(person, Log::Unified, at, |auditor, rng| auditor.sign_in(at, &session, &app, short, rng));
                let long = failure.map(|(code, _, reason)| (*code, *reason));
                let (form, lag) = (shown.below(4), shown.range(0, 2_000));
                let later = if long.is_some() { at } else { at + lag };
                stage.record_maybe(person, Log::SignIns, later, |auditor, rng| {
                    if long.is_some() || order == 0 || form == 0 {
                        return Some(auditor.graph_sign_in(later, &session, &app, long, rng));
                    }
                    let record = auditor.background_sign_in(later, &session, &app, rng);
                    (form != 1).then_some(record)
                });
                stage.now_ms = at;
            }
        }
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::People(&self.who), Need::Client(&self.client)]
    }
}

impl Part for ReadMail {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let person = stage.cast.person(&self.who)?;
        stage.touch_person(person);
        let (count, length) = (self.count.draw(&mut stage.rng), self.over.draw(&mut stage.rng));
        for at in stage.moments(count, length) {
            let session = stage.session(&self.client)?;
            let messages = self.messages.draw(&mut stage.rng);
            let mut read = Rng::new(stage.world.seed, &format!("read/{person}/{at}"));
            let others: Vec<Option<String>> = (0..messages).map(|_| stage.world.read_from_outside(person, at, &mut read)).collect();
            stage.record(person, Log::Unified, at, |auditor, rng| {
                let ids: Vec<String> = others
                    .into_iter()
                    .map(|other| {
                        let own = mime::exchange_id(rng);
                        other.unwrap_or(own)
                    })
                    .collect();
                auditor.mail_items_accessed(at, &session, &ids, rng)
            });
            stage.now_ms = at;
        }
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::Person(&self.who), Need::Client(&self.client)]
    }
}

impl Part for AddFactor {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let person = stage.cast.person(&self.who)?;
        stage.touch_person(person);
        let at = stage.now_ms;
        let shown = stage.rng.chance(self.shows_address);
        let ip = if shown { Some(stage.session(&self.client)?.ip) } else { None };
        stage.record(person, Log::DirectoryAudits, at, |auditor, rng| auditor.graph_audit(at, &self.activity, &self.reason, ip, rng));
        let later = at + stage.rng.range(2_000, 20_000);
        stage
            .record(person, Log::Unified, later, |auditor, rng| auditor.strong_authentication(later, None, &self.before, &self.after, rng));
        stage.now_ms = later;
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::Person(&self.who), Need::Client(&self.client)]
    }
}

impl Part for InboxRule {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let person = stage.cast.person(&self.who)?;
        stage.touch_person(person);
        stage.touch(EntityKind::InboxRule, &self.name, &self.name, &[]);
        let (at, session) = (stage.now_ms, stage.session(&self.client)?);
        let parameters: Vec<(String, String)> = self.parameters.clone().into_iter().collect();
        stage.record(person, Log::Unified, at, |auditor, rng| auditor.new_inbox_rule(at, &session, &self.name, &parameters, rng));
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::Person(&self.who), Need::Client(&self.client)]
    }
}

impl Part for Cmdlet {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let person = stage.cast.person(&self.who)?;
        stage.touch_person(person);
        let (at, session, object) = (stage.now_ms, stage.session(&self.client)?, stage.fill(&self.object, None)?);
        let filled = self.parameters.iter().map(|(name, value)| Ok((name.as_str(), stage.fill(value, None)?)));
        let filled: Vec<(&str, String)> = filled.collect::<Result<_, SimulateError>>()?;
        let parameters: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
        stage.record(person, Log::Unified, at, |auditor, rng| auditor.cmdlet(at, &session, &self.operation, &object, &parameters, rng));
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::Person(&self.who), Need::Client(&self.client)]
    }
    fn texts(&self) -> Vec<&str> {
        std::iter::once(&self.object).chain(self.parameters.values()).map(String::as_str).collect()
    }
}

impl Part for Files {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let person = stage.cast.person(&self.who)?;
        stage.touch_person(person);
        let (count, length) = (self.count.draw(&mut stage.rng), self.over.draw(&mut stage.rng));
        for at in stage.moments(count, length) {
            let session = stage.session(&self.client)?;
            let mut name = stage.choose(&self.name, None)?;
            if name.is_empty() {
                let suffix = stage.rng.word(&["docx", "xlsx", "pptx", "pdf"]);
                name = format!("{} {}.{suffix}", stage.rng.word(names::STEM), stage.rng.range(1, 60));
            }
            stage.record(person, Log::Unified, at, |auditor, rng| auditor.file(at, &session, &self.operation, &name, rng));
            stage.now_ms = at;
        }
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::Person(&self.who), Need::Client(&self.client)]
    }
    fn texts(&self) -> Vec<&str> {
        self.name.0.iter().map(String::as_str).collect()
    }
}

impl Part for DeleteMail {
    fn play(&self, stage: &mut Stage<'_>) -> Result<(), SimulateError> {
        let person = stage.cast.person(&self.who)?;
        stage.touch_person(person);
        let (count, length) = (self.count.draw(&mut stage.rng), self.over.draw(&mut stage.rng));
        for at in stage.moments(count, length) {
            let session = stage.session(&self.client)?;
            let what = (self.operation.as_str(), self.folder.as_str());
            stage.record(person, Log::Unified, at, |auditor, rng| auditor.delete(at, &session, what, rng));
            stage.now_ms = at;
        }
        Ok(())
    }
    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::Person(&self.who), Need::Client(&self.client)]
    }
}
