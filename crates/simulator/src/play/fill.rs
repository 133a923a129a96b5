//! Placeholders in texts: `{victim.first}`, `{recipient}`, `{token:24}`.

use super::stage::Stage;
use crate::SimulateError;
use crate::mime::Mailbox;
use crate::scenario::invalid;

/// The placeholders of a text, without braces.
///
/// # Errors
/// A brace without its partner.
pub fn placeholders(text: &str) -> Result<Vec<&str>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        let after = rest.get(open + 1..).unwrap_or_default();
        let close = after.find(['{', '}']).filter(|close| rest.get(open..=open) == Some("{") && after.get(*close..=*close) == Some("}"));
        let close = close.ok_or_else(|| format!("a brace without its partner in {text:?}"))?;
        found.push(after.get(..close).unwrap_or_default());
        rest = after.get(close + 1..).unwrap_or_default();
    }
    Ok(found)
}

/// A part of a mailbox: the display name, `first`, `last`, `address` or `domain`.
pub fn mailbox_part(mailbox: &Mailbox, part: &str) -> Option<String> {
    let (first, last) = mailbox.name.split_once(' ').unwrap_or((&mailbox.name, ""));
    Some(match part {
        "" => mailbox.name.clone(),
        "first" => first.to_owned(),
        "last" => last.to_owned(),
        "address" => mailbox.address.clone(),
        "domain" => mailbox.address.rsplit('@').next().unwrap_or_default().to_owned(),
        _ => return None,
    })
}

/// Parts that [`mailbox_part`] knows.
pub const PARTS: [&str; 5] = ["", "first", "last", "address", "domain"];

impl Stage<'_> {
    /// `text` with its placeholders filled for one recipient; hosts of the cast that it names are noted.
    ///
    /// # Errors
    /// A placeholder that means nothing here.
    pub fn fill(&mut self, text: &str, recipient: Option<&Mailbox>) -> Result<String, SimulateError> {
        let mut out = text.to_owned();
        for name in placeholders(text).map_err(|reason| invalid("text", reason))? {
            let value = self.value(name, recipient)?;
            out = out.replacen(&format!("{{{name}}}"), &value, 1);
        }
        Ok(out)
    }

    fn value(&mut self, name: &str, recipient: Option<&Mailbox>) -> Result<String, SimulateError> {
        let (head, part) = name.split_once(['.', ':']).unwrap_or((name, ""));
        let value = match head {
            "token" => Some(self.rng.hex(part.parse::<usize>().unwrap_or(24).min(200))),
            "letters" => Some(self.rng.token(b"abcdefghijklmnopqrstuvwxyz", part.parse::<usize>().unwrap_or(12).min(60))),
            "digits" => Some(self.rng.token(b"0123456789", part.parse::<usize>().unwrap_or(6).min(50))),
            "company" if part == "domain" => Some(self.world.company.domain.clone()),
            "company" => self.world.company.domain.split('.').next().map(str::to_owned),
            "writer" => self.writer.as_ref().and_then(|mailbox| mailbox_part(mailbox, part)),
            "recipient" => recipient.and_then(|mailbox| mailbox_part(mailbox, part)),
            role => match self.cast.mailbox(role, self.world) {
                Some(mailbox) => mailbox_part(&mailbox, part),
                None => {
                    let host = self.cast.host(role)?.name.clone();
                    self.touch_host(role)?;
                    Some(host)
                }
            },
        };
        value.ok_or_else(|| invalid("text", format!("{{{name}}} has no value here")))
    }
}

#[cfg(test)]
mod tests {
    use super::placeholders;

    #[test]
    fn placeholders_are_found_and_stray_braces_refused() {
        assert_eq!(placeholders("https://{host}/{token:8}?x={a.b}").unwrap(), ["host", "token:8", "a.b"]);
        assert_eq!(placeholders("none").unwrap(), [""; 0]);
        assert!(placeholders("{a").is_err() && placeholders("a}").is_err() && placeholders("{a{b}}").is_err());
    }
}
