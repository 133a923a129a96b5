//! A change of a directory object, as both the Unified Audit Log and the Entra audit log tell it, to the body of an event.

use crate::factor;
use crate::field::{MAX_TEXT_BYTES, cut};
use crate::operation::{Class, classify};
use weft_model::{AccountChange, AccountChangeKind, Actor, ApiActivity, Body, Endpoint, EntityManagement, Status, User};

/// Parameters kept of one change.
pub const MAX_PARAMETERS: usize = 64;

/// A property before and after, unquoted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Modified {
    pub name: String,
    pub old: String,
    pub new: String,
}

impl Modified {
    /// Entra writes texts as JSON strings: `"\"Sales\""` is read as `Sales`.
    pub fn new(name: &str, old: &str, new: &str) -> Self {
        Self { name: cut(name, MAX_TEXT_BYTES).to_owned(), old: unquote(old), new: unquote(new) }
    }
    fn value(&self) -> &str {
        if self.new.is_empty() { &self.old } else { &self.new }
    }
}

fn unquote(text: &str) -> String {
    let text = text.trim();
    // A list of one text is how the directory writes a single value: `["Sales"]`.
    if let Ok(single) = serde_json::from_str::<String>(text) {
        return single;
    }
    match serde_json::from_str::<Vec<String>>(text) {
        Ok(mut list) if list.len() <= 1 => list.pop().unwrap_or_default(),
        _ => text.to_owned(),
    }
}

/// One directory change.
#[derive(Debug, Default)]
pub struct Change {
    pub operation: String,
    pub service_name: String,
    pub actor: Actor,
    pub src_endpoint: Endpoint,
    pub status: Status,
    /// The account acted on, when the target is one.
    pub target_user: Option<User>,
    /// Name of the object acted on, whatever it is.
    pub target_name: Option<String>,
    /// The provider's reason text, which names the factor of a registration.
    pub reason: Option<String>,
    pub user_agent: Option<String>,
    pub properties: Vec<Modified>,
}

impl Change {
    /// The body of the event, by the operation's class.
    pub fn into_body(self) -> Body {
        match classify(&self.operation) {
            Class::Account(kind) => self.into_account(kind),
            Class::Entity(kind, entity_type) => {
                let entity_name = self.entity_name(entity_type);
                let mut parameters: Vec<(String, String)> =
                    self.properties.iter().map(|p| (p.name.clone(), p.value().to_owned())).collect();
                if let Some(user) = &self.target_user {
                    let name = user.email_addr.as_ref().or(user.name.as_ref()).or(user.uid.as_ref());
                    parameters.extend(name.map(|name| ("Target".to_owned(), name.clone())));
                }
                Body::EntityManagement(Box::new(EntityManagement {
                    kind,
                    operation: self.operation,
                    actor: self.actor,
                    entity_type: entity_type.to_owned(),
                    entity_name,
                    status: self.status,
                    src_endpoint: self.src_endpoint,
                    parameters: sorted(parameters),
                }))
            }
            Class::Other => Body::Api(Box::new(ApiActivity {
                resources: self.target_name.into_iter().collect(),
                operation: self.operation,
                service_name: self.service_name,
                actor: self.actor,
                status: self.status,
                src_endpoint: self.src_endpoint,
                user_agent: self.user_agent,
            })),
        }
    }

    fn into_account(self, named_kind: AccountChangeKind) -> Body {
        let by_properties = factor::from_properties(&self.properties);
        let (kind, auth_factor) = match (named_kind, by_properties) {
            (AccountChangeKind::MfaEnable | AccountChangeKind::MfaDisable, found) => {
                let factor = self.reason.as_deref().and_then(factor::from_reason);
                let factor = factor.or_else(|| found.and_then(|(_, factor)| factor)).or_else(|| self.method_named());
                (named_kind, factor)
            }
            (AccountChangeKind::Other, Some((kind, factor))) => (kind, factor),
            (AccountChangeKind::Other, None) => (self.enabled_change().unwrap_or_default(), None),
            (kind, _) => (kind, None),
        };
        let user = self.target_user.or_else(|| self.actor.user.clone()).unwrap_or_default();
        Body::AccountChange(Box::new(AccountChange {
            kind,
            operation: self.operation,
            user,
            actor: self.actor,
            status: self.status,
            src_endpoint: self.src_endpoint,
            auth_factor,
        }))
    }

    /// The method as its own property, or as the name of a target that is no account.
    fn method_named(&self) -> Option<String> {
        let property =
            self.properties.iter().find(|property| property.name == "MethodType").map(|property| property.value().to_lowercase());
        let target = || self.target_name.as_ref().filter(|_| self.target_user.is_none()).map(|name| name.to_lowercase());
        property.filter(|text| !text.is_empty()).or_else(target)
    }

    fn enabled_change(&self) -> Option<AccountChangeKind> {
        let enabled = self.properties.iter().find(|property| property.name == "AccountEnabled")?;
        match (enabled.old.contains("true"), enabled.new.contains("true"), enabled.new.contains("false")) {
            (false, true, _) => Some(AccountChangeKind::Enable),
            (_, false, true) => Some(AccountChangeKind::Disable),
            _ => None,
        }
    }

    fn entity_name(&self, entity_type: &str) -> String {
        // "Add member to role": the target is the member, the role stands in the properties.
        let wanted = format!("{entity_type}.DisplayName");
        let property = self.properties.iter().find(|property| property.name == wanted).map(|property| property.value().to_owned());
        let name = property.filter(|name| !name.is_empty()).or_else(|| self.target_name.clone()).unwrap_or_default();
        cut(&name, MAX_TEXT_BYTES).to_owned()
    }
}

/// Parameters as the model wants them: sorted by name, cut, capped.
pub fn sorted(mut parameters: Vec<(String, String)>) -> Vec<(String, String)> {
    for (name, value) in &mut parameters {
        for text in [name, value] {
            if text.len() > MAX_TEXT_BYTES {
                *text = cut(text, MAX_TEXT_BYTES).to_owned();
            }
        }
    }
    parameters.sort();
    parameters.truncate(MAX_PARAMETERS);
    parameters
}
