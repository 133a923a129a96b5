//! The cast of a story: people, outside senders, hosts and the clients that sign in, described by what they must be and drawn from the seed.

use super::Count;
use serde::Deserialize;
use std::net::Ipv4Addr;

/// Somebody or something that takes part.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Role {
    /// One person of the company.
    Person(PersonRole),
    /// Several people of the company.
    People(PeopleRole),
    /// Somebody outside who writes mails.
    Sender(SenderRole),
    /// Several of them, who take turns.
    Senders(SendersRole),
    /// A host on the web.
    Host(HostRole),
    /// Whatever signs in: browser, address, session.
    Client(ClientRole),
}

/// Which person; nobody plays two single roles of one scenario.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonRole {
    /// Name of the department, such as `Finance`.
    pub department: Option<String>,
    /// The head of the department, or of the company when no department is named.
    pub head: bool,
    /// ISO 3166-1 alpha-2 code of the country of the person's office.
    pub country: Option<String>,
    pub works: Works,
    /// Days on which the device must be on the office network.
    pub at_office: Vec<u32>,
}

/// When somebody works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Works {
    #[default]
    Day,
    Night,
    Any,
}

/// A group: fewer than `count` when the company has not as many.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeopleRole {
    pub count: Count,
    #[serde(default)]
    pub who: PersonRole,
}

/// Who writes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SenderRole {
    pub account: AccountKind,
    /// Display name, with placeholders; drawn when absent.
    pub name: Option<String>,
    /// Address, with placeholders; drawn when absent.
    pub address: Option<String>,
    /// Registrable domain; drawn when absent.
    pub domain: Option<String>,
    /// For a look-alike: a sender role, or absent for the company itself.
    pub of: Option<String>,
    /// For a correspondent: how many people it writes to at least.
    pub known_to: usize,
    /// For a correspondent: ISO 3166-1 alpha-2 code of the country it writes from, one with an office of the company.
    pub country: Option<String>,
}

/// Several outside senders, each drawn on its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendersRole {
    pub count: Count,
    #[serde(default)]
    pub each: SenderRole,
}

/// What kind of account a sender has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A domain that nobody here has seen.
    #[default]
    Unknown,
    FreeMail,
    /// A domain that differs from another in a letter or two.
    LookAlike,
    /// Somebody who writes to the company anyway, from an organisation with a mail server of its own.
    Correspondent,
}

/// A host. Without an address, DNS answers as for any other name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HostRole {
    /// One of these; with placeholders. Drawn when empty.
    pub names: Vec<String>,
    /// First labels for a drawn name, such as `up` or `files`.
    pub labels: Vec<String>,
    /// Domains under which a name is drawn, such as that of a cloud host; a never-seen domain when empty.
    pub under: Vec<String>,
    pub address: Option<Ipv4Addr>,
    /// Draws the address from this place.
    pub place: Option<Place>,
    /// Shares the address of this host of the cast.
    pub same_address_as: Option<String>,
    /// What a sign-in record says of the address.
    pub location: Option<Location>,
}

/// City, region and country (ISO 3166-1 alpha-2) that a sign-in record shows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    pub city: String,
    pub region: String,
    pub country: String,
}

/// Where an address is drawn from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// In CIDR notation, /8 to /30.
    pub block: String,
    pub city: String,
    pub region: String,
    pub country: String,
}

/// What signs in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientRole {
    pub from: SourceOf,
    /// Different addresses; each use draws one of them.
    #[serde(default = "one")]
    pub addresses: Count,
    /// User agents, one is drawn; an up-to-date browser when empty.
    #[serde(default)]
    pub agents: Vec<String>,
}

fn one() -> Count {
    Count { least: 1, most: 1 }
}

/// Where a client's address comes from.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SourceOf {
    /// That of a host of the cast, which must have an address.
    At(String),
    Pool(Pool),
    Country(CountryLines),
    Places(Vec<Place>),
    /// The usual one of a person: this day's computer with its usual browser.
    DeskOf(String),
}

/// Addresses that belong to no country in particular.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    /// Hosts that VPN providers rent.
    Vpn,
    /// Web hosts and clouds.
    Hosting,
}

/// The lines of a country.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountryLines {
    /// ISO 3166-1 alpha-2 code of a country that offices can be in.
    pub code: String,
    #[serde(default)]
    pub lines: Lines,
}

/// Which lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lines {
    #[default]
    Home,
    Mobile,
    Business,
    Hotel,
}
