//! Kinds of sign-ins in Entra's own log beyond the plain one: refreshed tokens, prompts for the second factor.
//!
//! Source: Microsoft Graph, resource type `signIn`; error codes of Microsoft Entra (AADSTS). Must not know why somebody signs in.

use crate::audit::{App, Auditor, Session, merge};
use crate::calendar::graph_time;
use crate::rng::Rng;
use serde_json::{Value, json};

impl Auditor<'_> {
    /// A token is refreshed or taken without anybody being asked.
    pub fn background_sign_in(&self, at_ms: i64, session: &Session, app: &App, rng: &mut Rng) -> Value {
        let record = self.graph_sign_in(at_ms, session, app, None, rng);
        merge(
            record,
            json!({"isInteractive": false, "signInEventTypes": ["nonInteractiveUser"], "clientAppUsed": "Mobile Apps and Desktop clients",
                "incomingTokenType": "refreshToken"}),
        )
    }

    /// The second factor is asked for and given (or not: the prompt is refused or forgotten).
    pub fn prompted_sign_in(&self, at_ms: i64, session: &Session, app: &App, given: bool, rng: &mut Rng) -> Value {
        let failure = (!given).then_some((500_121, "Authentication failed during strong authentication request."));
        let record = self.graph_sign_in(at_ms, session, app, failure, rng);
        let result = match (given, rng.below(3)) {
            (true, _) => "MFA completed in Azure AD",
            (false, 0) => "MFA denied; user declined the authentication",
            (false, _) => "MFA denied; user did not respond to mobile app notification",
        };
        let step = |method: &str, result: &str, given: bool, at: i64| {
            json!({"authenticationMethod": method, "authenticationMethodDetail": null, "succeeded": given,
                "authenticationStepDateTime": graph_time(at), "authenticationStepResultDetail": result, "authenticationStepRequirement": ""})
        };
        let steps = [step("Password", "Correct password", true, at_ms), step("Mobile app notification", result, given, at_ms + 9_000)];
        let error = failure.map_or((0, "Other."), |failure| failure);
        merge(
            record,
            json!({"authenticationDetails": steps,
                "status": {"errorCode": error.0, "failureReason": error.1, "additionalDetails": result}}),
        )
    }
}
