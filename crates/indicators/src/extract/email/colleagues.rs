//! Who of those inside wrote to whom: what peer groups are learned from.

use super::Collector;
use std::collections::BTreeSet;
use weft_model::{EmailActivity, SmolStr};

/// What is sent to more is a notice and says nothing of who works with whom.
const MAX_COLLEAGUES: usize = 24;
/// Longest address.
const MAX_ADDRESS: usize = 320;

/// Notes the sender with each recipient. Without a directory colleagues are those of one mail domain that is nobody's but theirs.
pub(super) fn note(out: &mut Collector<'_>, email: &EmailActivity) {
    let is_forged = email.auth.dmarc.as_deref() == Some("fail");
    if !out.context.graph.groups.is_on() || email.is_automatic || is_forged {
        return;
    }
    let directory = out.context.directory;
    let domain = domain_of(&email.from);
    let is_own = |other: &str| if directory.is_empty() { other == domain } else { directory.is_own_domain(other) };
    let colleague = |address: &str| match directory.person(address) {
        Some((key, _)) => Some(SmolStr::new(key)),
        None => (is_own(domain_of(address)) && address.len() <= MAX_ADDRESS).then(|| SmolStr::new(address.to_lowercase())),
    };
    if directory.is_empty() && (domain.is_empty() || out.context.enricher.domain(domain).platform.is_some()) {
        return;
    }
    let Some(sender) = colleague(&email.from) else { return };
    let addresses = email.to.iter().chain(&email.cc).chain(&email.smtp_to);
    let mut recipients: BTreeSet<SmolStr> = addresses.filter_map(|address| colleague(address)).collect();
    recipients.remove(&sender);
    if recipients.len() <= MAX_COLLEAGUES {
        out.out.colleagues.extend(recipients.into_iter().map(|recipient| (sender.clone(), recipient)));
    }
}

fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}
