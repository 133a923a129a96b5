//! Running the binary and reading what it says.

use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Seed, people and days of the simulation that most tests share.
pub const SEED: &str = "1";
pub const PEOPLE: &str = "40";
pub const DAYS: &str = "18";
/// No command may take longer; `timeout` ends it with exit code 124.
const DEADLINE_S: &str = "300";

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Standard output of a command that must have succeeded.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        self.stdout
    }
}

/// The binary under test.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        // target/<profile>/deps/<this test>
        let beside = || Some(std::env::current_exe().ok()?.parent()?.parent()?.join("weft"));
        let path = std::env::var_os("WEFT_BIN").map(PathBuf::from).or_else(beside).expect("the test's own path");
        assert!(path.is_file(), "{} is absent: build the binary first: cargo build -p weft-cli", path.display());
        path
    })
}

/// The binary as a command that `timeout` ends at the deadline.
pub fn command<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = prepared(Command::new("timeout"));
    command.arg(DEADLINE_S).arg(binary()).args(arguments);
    command
}

/// A command without a terminal and without the caller's variables, but those that say where tables lie.
pub fn prepared(mut command: Command) -> Command {
    command.stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("WEFT_") && text != "WEFT_CACHE" && text != "WEFT_ENRICH_DIR" {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs a prepared command to its end.
pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().expect("`timeout` of the coreutils");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what is printed is UTF-8");
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs the binary to its end.
pub fn weft<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Ran {
    ran(&mut command(arguments))
}

/// A `weft replay --json` with a report and dead letters.
#[derive(Debug)]
pub struct Replay {
    pub stdout: String,
    pub report: Value,
    /// One JSON object a dead letter.
    pub dead_letters: Vec<Value>,
}

impl Replay {
    /// Replays `paths`; must succeed.
    #[track_caller]
    pub fn of<P: AsRef<OsStr>>(paths: impl IntoIterator<Item = P>) -> Self {
        let folder = folder();
        let (report, dead_letters) = (folder.path().join("report.json"), folder.path().join("dead.jsonl"));
        let mut command = command(["replay", "--json"]);
        command.arg("--report").arg(&report).arg("--dead-letters").arg(&dead_letters).args(paths);
        let stdout = ran(&mut command).done();
        let report = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
        Self { stdout, report, dead_letters: json_lines(&std::fs::read_to_string(dead_letters).unwrap()) }
    }
    /// The reports of the sources, by the last part of their names.
    pub fn sources(&self) -> BTreeMap<String, Source> {
        self.report["sources"].as_array().expect("sources").iter().map(Source::of).collect()
    }
}

/// One source of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub read: u64,
    pub events: u64,
    pub dead_letter: u64,
    pub by_reason: BTreeMap<String, u64>,
}

impl Source {
    fn of(value: &Value) -> (String, Self) {
        let count = |name: &str| value[name].as_u64().unwrap_or_else(|| panic!("{name} is no count in {value}"));
        let reasons = value["by_reason"].as_object().expect("by_reason").iter();
        let source = Self {
            read: count("read"),
            events: count("events"),
            dead_letter: count("dead_letter"),
            by_reason: reasons.map(|(reason, n)| (reason.clone(), n.as_u64().expect("a count"))).collect(),
        };
        assert_eq!(source.by_reason.values().sum::<u64>(), source.dead_letter, "reasons do not sum up: {value}");
        (value["name"].as_str().expect("name").rsplit('/').next().unwrap().to_owned(), source)
    }
}

/// A temporary folder, removed at the end.
pub fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("weft-test-").tempdir().unwrap()
}

/// Every line as JSON.
#[track_caller]
pub fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// Asserts that two values are the same, and says where they are not.
#[track_caller]
pub fn assert_same(left: &Value, right: &Value) {
    let mut differences = Vec::new();
    differ(left, right, "", &mut differences);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(400).collect()
}

fn differ(left: &Value, right: &Value, place: &str, found: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                differ(&left[key], &right[key], &format!("{place}/{key}"), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (number, (left, right)) in a.iter().zip(b).enumerate() {
                differ(left, right, &format!("{place}/{number}"), found);
            }
        }
        _ if left == right => {}
        _ => found.push(format!("at {place}: {} instead of {}", short(left), short(right))),
    }
}

/// Case A in a small company, written once a run: a folder with `raw/` and `truth.json`. Do not change it.
pub fn simulation() -> &'static Path {
    static SIMULATION: OnceLock<PathBuf> = OnceLock::new();
    SIMULATION.get_or_init(|| {
        // Statics are not dropped: what an earlier run left is removed by the next one.
        let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
        std::fs::create_dir_all(root).unwrap();
        for left in std::fs::read_dir(root).unwrap().flatten() {
            let name = left.file_name().to_string_lossy().into_owned();
            if name.strip_prefix("simulation-").is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
                // Another run may be removing it as well.
                let _ = std::fs::remove_dir_all(left.path());
            }
        }
        let out = root.join(format!("simulation-{}", std::process::id()));
        simulate(&out, &[]);
        out
    })
}

/// Writes the simulation to `out`.
pub fn simulate(out: &Path, more: &[&str]) {
    let mut command = command(["simulate", "case-a", "--seed", SEED, "--people", PEOPLE, "--days", DAYS]);
    ran(command.args(more).arg("--out").arg(out)).done();
}

/// The plain replay of the simulation, run once.
pub fn plain() -> &'static Replay {
    static PLAIN: OnceLock<Replay> = OnceLock::new();
    PLAIN.get_or_init(|| Replay::of([simulation().join("raw")]))
}

/// Runs `integration-tests/ocsf/validate.py` on JSON Lines.
pub fn validate_ocsf(lines: &str) -> Ran {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("WEFT_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| cache.join("weft")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/weft")))
        .expect("HOME is not set");
    let python = cache.join("venv/bin/python");
    assert!(python.exists(), "{} is absent: run make setup", python.display());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(lines.as_bytes()).unwrap();
    let mut command = Command::new(python);
    ran(command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("ocsf/validate.py")).arg(file.path()))
}
