//! The command line.

use clap::{Args as ClapArgs, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use weft_simulator::Lag;

/// Weaves the weak deviations of email, SaaS and network into single incidents.
#[derive(Debug, Parser)]
#[command(version, after_help = "Example: weft demo\n         weft replay ./evidence --json | jq .desc")]
pub struct Args {
    /// More messages on standard error: -v, -vv (or WEFT_LOG=info)
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate a company under attack, find the incident, show it
    Demo(Demo),
    /// Run continuously: watched folders and interfaces in, incidents out
    Up(Up),
    /// Analyse files and folders of mail, audit logs and captures
    Replay(Replay),
    /// Run one sensor alone and print its events as OCSF JSON
    Sensor(Sensor),
    /// Write a simulated organisation as raw inputs, with the truth beside it
    Simulate(Simulate),
    /// Compare what is found in simulations with their truth
    Eval(Eval),
    /// Query the lake with SQL (not in this version)
    #[command(hide = true)]
    Hunt(Hunt),
    /// List, show and test detection models
    Models(Models),
    /// Say what is set up, what is missing and how to get it
    Doctor(Doctor),
    /// Check the configuration or print its reference
    Config(Config),
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example: weft demo --seed 7\n         WEFT_DEMO_ONCE=1 weft demo")]
pub struct Demo {
    /// Seed of the simulated company
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// People in the company
    #[arg(long, default_value_t = 60)]
    pub people: u32,
    /// Days of ordinary activity
    #[arg(long, default_value_t = 21)]
    pub days: u32,
    /// Address of the page
    #[arg(long, default_value = "127.0.0.1:8686")]
    pub listen: SocketAddr,
    /// Keep the raw inputs in this folder (default: a temporary one)
    #[arg(long)]
    pub keep: Option<PathBuf>,
    /// Exit after printing (also with WEFT_DEMO_ONCE=1, or when standard input is no terminal)
    #[arg(long)]
    pub once: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example: weft up --config /etc/weft/weft.toml")]
pub struct Up {
    /// Configuration file
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// Stop by itself when all watched input is read and analysed (for tests and batch jobs)
    #[arg(long)]
    pub until_idle: bool,
}

#[derive(Clone, Debug, Default, ClapArgs)]
#[command(after_help = "Example: weft replay mail/ audit.json capture.pcap.gz --report report.json\n         \
                        weft replay ./case --json > incidents.jsonl")]
pub struct Replay {
    /// Files and folders: .pcap, .pcapng, .eml, .mbox, Maildir, audit JSON or CSV, a directory (CSV, LDIF, SCIM), and .gz or .zst of these
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// One JSON object an incident on standard output (both languages)
    #[arg(long)]
    pub json: bool,
    /// Also print why each part is in an incident, and what was kept out
    #[arg(long, conflicts_with = "json")]
    pub explain: bool,
    /// Language of the incidents shown
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Instead of incidents print what to answer somebody who reported the mail with this Message-ID
    #[arg(long, value_name = "MESSAGE-ID", conflicts_with = "json")]
    pub reported: Option<String>,
    /// Write what was read to this file
    #[arg(long)]
    pub report: Option<PathBuf>,
    /// Deliver the records in random order within 72 h, 2 % of them twice; the result must not change
    #[arg(long, value_name = "SEED")]
    pub shuffle: Option<u64>,
    /// Write records that could not be read here (JSON Lines)
    #[arg(long)]
    pub dead_letters: Option<PathBuf>,
    /// Also write the events as Parquet files to this folder
    #[arg(long)]
    pub lake: Option<PathBuf>,
    /// Also write every indicator, in an incident or not, to this file (OCSF Detection Findings, JSON Lines)
    #[arg(long)]
    pub findings: Option<PathBuf>,
    /// False incidents accepted per 1,000 people and day
    #[arg(long, default_value_t = 0.1)]
    pub budget: f64,
    /// Let models on trial speak too
    #[arg(long)]
    pub trial_models: bool,
    /// Folder with country.mmdb and asn.mmdb
    #[arg(long)]
    pub enrich: Option<PathBuf>,
    /// Put narratives into other words by the endpoint of the configuration's section `rephrase`
    #[arg(long)]
    pub rephrase: bool,
    /// Also run the Sigma rules of this file or folder (may be given several times)
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    #[default]
    En,
    Ja,
}

impl From<Language> for weft_narrative::Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::En,
            Language::Ja => Self::Ja,
        }
    }
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example: weft sensor network capture.pcap | head -1\n         weft sensor network --interface eth0")]
pub struct Sensor {
    /// Which sensor
    #[arg(value_enum)]
    pub domain: SensorDomain,
    /// Files and folders to read
    pub paths: Vec<PathBuf>,
    /// Listen on an interface (network only; needs the feature `capture`)
    #[arg(long, conflicts_with = "paths")]
    pub interface: Option<String>,
    /// pcap filter expression for --interface
    #[arg(long, requires = "interface")]
    pub filter: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum SensorDomain {
    Network,
    Email,
    Saas,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example: weft simulate --list\n  weft simulate case-a --seed 7 --out /tmp/case\n  \
                  weft simulate ./my-scenario/scenario.yaml --people 40 --days 20 --out /tmp/mine\n  \
                  weft simulate benign-month --people 5000 --events --out /tmp/month")]
pub struct Simulate {
    /// Scenario: a name of the list, or the path of a scenario.yaml or its folder
    #[arg(required_unless_present = "list")]
    pub name: Option<String>,
    /// Print the names and titles of the scenarios
    #[arg(long)]
    pub list: bool,
    /// Seed; the same seed writes the same bytes
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Output folder; must be empty or absent
    #[arg(long, required_unless_present = "list")]
    pub out: Option<PathBuf>,
    /// People in the organisation, 8 to 20,000 [default: the scenario's]
    #[arg(long)]
    pub people: Option<u32>,
    /// Days of activity, at most 400 [default: the scenario's]
    #[arg(long)]
    pub days: Option<u32>,
    /// Audit records arrive as those services deliver them: minutes to days late, out of order and partly twice
    #[arg(long)]
    pub late: bool,
    /// Audit records that arrive within so long a time (such as 6h) lie in any order
    #[arg(long, value_name = "TIME")]
    pub unordered: Option<Lag>,
    /// Share of the audit records that come twice, 0 to 1
    #[arg(long, value_name = "SHARE")]
    pub duplicates: Option<f64>,
    /// Every clock (of the audit logs, the mail host, each office's network) is off by so much (such as 0s..90s), to either side
    #[arg(long, value_name = "TIME")]
    pub clocks_off: Option<Lag>,
    /// Write the events themselves (Protobuf, one file a day) instead of raw inputs: much faster, and the same events
    #[arg(long)]
    pub events: bool,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example: weft eval integration-tests/scenarios --seeds 1,2 --html report.html\n         weft simulate case-a --seed 3 --out /tmp/a3 && weft eval /tmp/a3"
)]
pub struct Eval {
    /// Folder of a scenario (scenario.yaml), folder that `weft simulate` wrote (truth.json), or a folder of such folders
    pub dir: PathBuf,
    /// Seeds for the scenarios, separated by commas; of simulated folders only those whose name ends in `-SEED`
    #[arg(long, value_delimiter = ',')]
    pub seeds: Vec<u64>,
    /// Draw this many seeds from the clock; they are printed, so that the run can be repeated
    #[arg(long, conflicts_with = "seeds", num_args = 0..=1, default_missing_value = "1", value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub fresh: Option<u32>,
    /// Only the folders of these names, separated by commas; floors of the total are then not checked
    #[arg(long, value_delimiter = ',')]
    pub only: Vec<String>,
    /// People in each scenario's organisation; what the scenario says when absent
    #[arg(long)]
    pub people: Option<u32>,
    /// Days of each scenario; what the scenario says when absent
    #[arg(long)]
    pub days: Option<u32>,
    /// Also run without each domain in turn (about four times the work)
    #[arg(long)]
    pub ablations: bool,
    /// Runs at once; as many as there are cores when absent
    #[arg(long)]
    pub jobs: Option<usize>,
    /// False incidents accepted per 1,000 people and day
    #[arg(long, default_value_t = 0.1)]
    pub budget: f64,
    /// File of floors; `floors.yaml` in the folder when absent
    #[arg(long)]
    pub floors: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Also write a report with plots to this file
    #[arg(long)]
    pub html: Option<PathBuf>,
    /// Let models on trial speak too
    #[arg(long)]
    pub trial_models: bool,
    /// Also say on standard error what the clusters behind each attack are, found or not, and which came nearest to a false incident
    #[arg(long)]
    pub explain: bool,
}

impl Replay {
    /// A plain replay of `paths` with the usual settings.
    pub fn of(paths: Vec<PathBuf>) -> Self {
        Self { paths, budget: 0.1, ..Self::default() }
    }
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example: weft hunt 'select count(*) from network_activity'")]
pub struct Hunt {
    /// SQL over the lake
    pub sql: String,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example: weft models list")]
pub struct Models {
    #[command(subcommand)]
    pub command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// One line a model
    #[command(after_help = "Example: weft models list --json")]
    List {
        /// One JSON object a model
        #[arg(long)]
        json: bool,
    },
    /// The file of one model
    #[command(after_help = "Example: weft models show 'Device/Suspicious Domain'")]
    Show {
        /// Name of the model, as `weft models list` prints it
        name: String,
    },
    /// Run the tests inside the model files
    #[command(after_help = "Example: weft models test\n         weft models test ./my-model.yaml")]
    Test {
        /// Model files; the shipped models when none is named
        files: Vec<PathBuf>,
    },
    /// What the models, or a change of them, would have said on past input
    #[command(
        after_help = "Example: weft models backtest ./last-month\n         weft models backtest --lake /var/lib/weft/lake directory.csv --models ./my-models --days 30"
    )]
    Backtest(Backtest),
}

#[derive(Debug, ClapArgs)]
pub struct Backtest {
    /// Files and folders, as for `weft replay`; beside --lake only the directory.csv is used
    #[arg(required_unless_present = "lake")]
    pub paths: Vec<PathBuf>,
    /// Read the events of this lake (`weft up` and `weft replay --lake` write one)
    #[arg(long)]
    pub lake: Option<PathBuf>,
    /// Folder of changed or new models and priors: one of a known name takes its place
    #[arg(long)]
    pub models: Option<PathBuf>,
    /// Leave this model out (may be given several times)
    #[arg(long)]
    pub without: Vec<String>,
    /// Compare only incidents that begin in the last days of the input; the rest teaches what is normal
    #[arg(long)]
    pub days: Option<u32>,
    /// False incidents accepted per 1,000 people and day
    #[arg(long, default_value_t = 0.1)]
    pub budget: f64,
    /// Print the comparison as one JSON object
    #[arg(long)]
    pub json: bool,
    /// Let models on trial speak too
    #[arg(long)]
    pub trial_models: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example: weft doctor")]
pub struct Doctor {
    /// Configuration file
    #[arg(long)]
    pub config: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example: weft config check /etc/weft/weft.toml")]
pub struct Config {
    #[command(subcommand)]
    pub command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check a configuration file
    #[command(after_help = "Example: weft config check deploy/examples/minimal.toml")]
    Check {
        /// Configuration file; the usual one when none is named
        file: Option<PathBuf>,
    },
    /// Print the reference of the configuration
    #[command(after_help = "Example: weft config schema --json")]
    Schema {
        /// As JSON Schema
        #[arg(long)]
        json: bool,
    },
}
