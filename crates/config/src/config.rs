//! The fields of `weft.toml` with their defaults. Their documentation is the reference that `weft config schema` prints. Knows no
//! file and no environment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// The configuration of Weft. Every field has a default, so an empty file is a sound configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Name of the organisation in events and topic keys: 1 to 64 of `a-z`, `0-9`, `_` and `-`.
    pub tenant: String,
    /// What Weft may do. `passive`: it only says what it would do.
    pub mode: Mode,
    /// Folder for the event log, state and dead letters. Default: `$STATE_DIRECTORY`, else `$XDG_DATA_HOME/weft`, else
    /// `$HOME/.local/share/weft`.
    pub data_dir: PathBuf,
    /// The organisation's directory as CSV, LDIF or SCIM (people, peer groups, devices). Without it peer groups are unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<PathBuf>,
    /// The API and the page.
    pub listen: Listen,
    /// How events and incidents travel.
    pub bus: Bus,
    /// Where events come from when `weft up` runs.
    pub sources: Sources,
    /// Tables about addresses and domains.
    pub enrich: Enrich,
    /// When an incident is worth a person's minute.
    pub alert: Alert,
    /// Where events are kept for hunting.
    pub lake: Lake,
    /// What the analysis has learned, on disk.
    pub state: State,
    /// A language model that puts narratives into other words.
    pub rephrase: Rephrase,
}

/// What Weft may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Actions are recorded as "would have" and never carried out.
    #[default]
    Passive,
}

/// The API and the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Listen {
    /// Address and port; port 0 takes a free one. Put a proxy with TLS in front before you bind anything but loopback.
    #[schemars(with = "String")]
    pub address: SocketAddr,
}

/// How events and incidents travel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Bus {
    /// `embedded`: a durable log under `data_dir`. `kafka`: Apache Kafka; the binary needs the feature `kafka`.
    pub kind: BusKind,
    /// Kafka bootstrap servers as `host:port`; needed when `kind` is `kafka`.
    pub brokers: Vec<String>,
    /// Put before every topic's name as it is: up to 100 of letters, digits, `.`, `_` and `-`. `acme.` gives `acme.weft.events.v1`.
    pub topic_prefix: String,
    /// Encoding of events on the bus; everything else is OCSF JSON.
    pub events_format: EventsFormat,
    /// Further librdkafka client properties (`security.protocol`, `sasl.username` ...). File only, no environment variable.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
}

/// Which bus carries events and incidents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BusKind {
    #[default]
    Embedded,
    Kafka,
}

/// Encoding of events on the bus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventsFormat {
    #[default]
    Protobuf,
    OcsfJson,
}

/// Where events come from when `weft up` runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Sources {
    /// Folders in which mail (.eml, .mbox, Maildir), audit records (JSON, CSV) and captures (.pcap, .pcapng) appear; at most 256.
    pub watch: Vec<PathBuf>,
    /// Network interfaces to listen on, at most 16; the binary needs the feature `capture` and the process `CAP_NET_RAW`.
    pub interfaces: Vec<String>,
}

/// Tables about addresses and domains.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Enrich {
    /// Folder with `country.mmdb`, `asn.mmdb`, `lists/` and `feeds/`. Default: `$WEFT_CACHE/enrich`, else
    /// `$CACHE_DIRECTORY/enrich`, else `$XDG_CACHE_HOME/weft/enrich`, else `$HOME/.cache/weft/enrich`.
    pub dir: PathBuf,
    /// Further feeds of newly registered domains: lines `domain,YYYY-MM-DD`. They explain and never decide.
    pub new_domain_feeds: Vec<PathBuf>,
    /// Further reputation feeds: lines `domain or address,reason`. They explain and never decide.
    pub reputation_feeds: Vec<PathBuf>,
}

/// When an incident is worth a person's minute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Alert {
    /// False incidents you accept per 1,000 people and day: more than 0, at most 1,000. The alert threshold follows from it.
    pub budget: f64,
    /// Files of suppressions (form: `models/suppressions.yaml`): what models shall not speak of, by whom, why and until when.
    pub suppressions: Vec<PathBuf>,
    /// Files or folders of Sigma rules to run beside the shipped ones (form: `models/correlation`).
    pub rules: Vec<PathBuf>,
}

/// Where events are kept for hunting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Lake {
    /// Folder of the Parquet files. Default: `lake` under `data_dir`.
    pub dir: PathBuf,
    /// Days of event time that are kept, 1 to 3,650.
    pub retention_days: u32,
}

/// What the analysis has learned, on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct State {
    /// Seconds between two snapshots at least, 1 to 86,400; one more is written at the end. 0: none is written or read.
    pub snapshot_seconds: u32,
    /// Memory for what is learned of each person, device and account, in MiB, 16 to 1,048,576. Of what does not fit, the least seen lies on disk in
    /// `state/profiles` under `data_dir` until it is needed again; what is found does not depend on it.
    pub profile_mib: u32,
    /// Memory for what is open of a day, in MiB, 16 to 1,048,576. Beyond it the day of those that came for the first time, and once, ends early: a
    /// flood of new names takes no more.
    pub day_mib: u32,
    /// Memory for who had to do with whom, in MiB, 64 to 1,048,576: names, places outside, contacts. Beyond it new ones are not remembered, and
    /// counted.
    pub contact_mib: u32,
}

/// A language model behind an OpenAI-compatible endpoint that puts narratives into other words. Off without an endpoint. It gets the clauses with
/// placeholders for names, hosts, addresses and quoted texts; an answer that says anything else than the clauses is thrown away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rephrase {
    /// Base of the API, as in `http://127.0.0.1:8080/v1`; empty: off. `https://` needs the feature `https`.
    pub endpoint: String,
    /// Name of the model as the endpoint knows it.
    pub model: String,
    /// Environment variable that holds the API key; empty: none. A key goes to this machine or over `https://` only.
    pub key_env: String,
    /// File that holds the API key, instead of a variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// Seconds that one request may take, 1 to 120.
    pub timeout_s: u32,
    /// Which language's text is put into other words.
    pub language: RephraseLanguage,
}

/// Which language's text is put into other words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RephraseLanguage {
    En,
    Ja,
    #[default]
    Both,
}

impl Default for Rephrase {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            model: String::new(),
            key_env: String::new(),
            key_file: None,
            timeout_s: 20,
            language: RephraseLanguage::default(),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            tenant: "default".to_owned(),
            mode: Mode::default(),
            data_dir: PathBuf::new(),
            directory: None,
            listen: Listen::default(),
            bus: Bus::default(),
            sources: Sources::default(),
            enrich: Enrich::default(),
            alert: Alert::default(),
            lake: Lake::default(),
            state: State::default(),
            rephrase: Rephrase::default(),
        }
    }
}

impl Default for Listen {
    fn default() -> Self {
        Self { address: SocketAddr::from((Ipv4Addr::LOCALHOST, 8686)) }
    }
}

impl Default for Alert {
    fn default() -> Self {
        Self { budget: 0.1, suppressions: Vec::new(), rules: Vec::new() }
    }
}

impl Default for State {
    fn default() -> Self {
        Self { snapshot_seconds: 600, profile_mib: 2048, day_mib: 1024, contact_mib: 2048 }
    }
}

impl Default for Lake {
    fn default() -> Self {
        Self { dir: PathBuf::new(), retention_days: 365 }
    }
}
