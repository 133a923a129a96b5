//! What the tables say of addresses and host names, remembered in the form that facts take: the same few come again and again. A function of the
//! tables and the directory alone, so what is forgotten is looked up anew and nothing changes.

use foldhash::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use weft_enrich::Enricher;
use weft_model::{Directory, SmolStr, format_smolstr};

/// Addresses, and host names, remembered; when so many are, all go.
const MAX_REMEMBERED: usize = 1 << 16;
/// Longer names are no host names and not remembered.
const MAX_HOST: usize = 255;

/// One address as facts write it; of a private one nothing more is known.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) text: SmolStr,
    pub(crate) is_private: bool,
    pub(crate) scope: SmolStr,
    pub(crate) country: Option<SmolStr>,
    pub(crate) asn: Option<SmolStr>,
    pub(crate) as_org: Option<SmolStr>,
    pub(crate) network_kind: Option<SmolStr>,
    /// The addresses that usually share an owner: the /24 of IPv4, the /48 of IPv6.
    pub(crate) neighbourhood: Option<SmolStr>,
}

/// One host name.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) name: SmolStr,
    /// A name that somebody outside has: no address, no local or own name.
    pub(crate) is_external: bool,
    pub(crate) registrable: SmolStr,
    pub(crate) platform: Option<SmolStr>,
}

#[derive(Debug, Default)]
struct Remembered {
    addresses: HashMap<IpAddr, Arc<Address>>,
    hosts: HashMap<SmolStr, Arc<Host>>,
}

/// The memory; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Outside(Arc<Mutex<Remembered>>);

impl Outside {
    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub(crate) fn address(&self, enricher: &Enricher, ip: IpAddr) -> Arc<Address> {
        let addresses = &mut self.remembered().addresses;
        if let Some(known) = addresses.get(&ip) {
            return known.clone();
        }
        let address = Arc::new(look_up(enricher, ip));
        if addresses.len() >= MAX_REMEMBERED {
            addresses.clear();
        }
        addresses.insert(ip, address.clone());
        address
    }
    pub(crate) fn host(&self, enricher: &Enricher, directory: &Directory, name: &str) -> Arc<Host> {
        let hosts = &mut self.remembered().hosts;
        if let Some(known) = hosts.get(name) {
            return known.clone();
        }
        let info = enricher.domain(name);
        let host = Arc::new(Host {
            name: SmolStr::new(name),
            is_external: is_external(directory, name),
            registrable: SmolStr::new(info.registrable),
            platform: info.platform.map(|platform| SmolStr::new_static(platform.as_str())),
        });
        if hosts.len() >= MAX_REMEMBERED {
            hosts.clear();
        }
        if name.len() <= MAX_HOST {
            hosts.insert(host.name.clone(), host.clone());
        }
        host
    }
}

fn look_up(enricher: &Enricher, ip: IpAddr) -> Address {
    let info = enricher.ip(ip);
    let is_private = info.is_private;
    let kind = if info.is_vpn {
        "vpn"
    } else if info.is_hosting {
        "hosting"
    } else {
        "access"
    };
    Address {
        text: format_smolstr!("{ip}"),
        is_private,
        scope: SmolStr::new_static(if is_private { "private" } else { "public" }),
        country: info.country.map(|country| SmolStr::new(country.as_str())),
        asn: info.asn.map(|asn| format_smolstr!("AS{asn}")),
        as_org: info.as_org.map(SmolStr::from),
        network_kind: (!is_private).then(|| SmolStr::new_static(kind)),
        neighbourhood: (!is_private).then(|| neighbourhood(ip)),
    }
}

fn neighbourhood(ip: IpAddr) -> SmolStr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format_smolstr!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format_smolstr!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

fn is_external(directory: &Directory, host: &str) -> bool {
    let Some((_, suffix)) = host.rsplit_once('.') else { return false };
    !matches!(suffix, "local" | "arpa" | "internal" | "lan" | "home" | "corp" | "localdomain")
        && host.parse::<IpAddr>().is_err()
        && !directory.domains().any(|own| host == own || host.strip_suffix(own).is_some_and(|rest| rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_names_is_forgotten_and_looked_up_again() {
        let (outside, enricher, directory) = (Outside::default(), Enricher::builder().build(), Directory::default());
        let first = outside.host(&enricher, &directory, "www.site.example");
        for number in 0..=MAX_REMEMBERED {
            outside.host(&enricher, &directory, &format!("n{number}.example"));
        }
        assert!(outside.remembered().hosts.len() <= MAX_REMEMBERED);
        let again = outside.host(&enricher, &directory, "www.site.example");
        assert_eq!((&first.registrable, first.is_external), (&again.registrable, again.is_external));
        assert!(!outside.host(&enricher, &directory, "printer.local").is_external);
    }
}
