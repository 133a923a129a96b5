//! `weft up`: what arrives in watched folders becomes incidents in the store, on the bus and behind the API, and survives kill -9.

use crate::samples::{message, record, records};
use crate::support::{assert_same, binary, command, folder, json_lines, plain, prepared, ran, simulation};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use weft_bus::{Bus, EmbeddedBus, Retention};
use weft_store::{ListQuery, Store};

/// Nothing that is waited for takes longer.
const PATIENCE: Duration = Duration::from_secs(240);

/// A configuration that watches one folder.
struct Site {
    folder: tempfile::TempDir,
    config: PathBuf,
}

impl Site {
    fn new(watched: &Path) -> Self {
        Self::with(watched, "")
    }
    /// With more lines of configuration.
    fn with(watched: &Path, more: &str) -> Self {
        let folder = folder();
        let config = folder.path().join("weft.toml");
        let data = folder.path().join("data");
        let text = format!("data_dir = {data:?}\n[listen]\naddress = \"127.0.0.1:0\"\n[sources]\nwatch = [{watched:?}]\n{more}");
        std::fs::write(&config, text).unwrap();
        Self { folder, config }
    }
    fn data(&self, name: &str) -> PathBuf {
        self.folder.path().join("data").join(name)
    }
    /// Runs until everything is read and analysed.
    #[track_caller]
    fn until_idle(&self) {
        ran(command(["up", "--until-idle", "--config"]).arg(&self.config)).done();
    }
    /// The same, and what it logged.
    fn until_idle_with_log(&self) -> String {
        let done = ran(command(["up", "--until-idle", "--config"]).arg(&self.config).env("WEFT_LOG", "info"));
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        done.stderr
    }
    /// Snapshots of the analysis, oldest first.
    fn snapshots(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.data("state")).into_iter().flatten().map(|file| file.unwrap().path());
        let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|ending| ending == "weft-state")).collect();
        files.sort();
        files
    }
    fn start(&self) -> Running {
        let mut command = prepared(Command::new(binary()));
        Running(command.arg("up").arg("--config").arg(&self.config).stdout(Stdio::piped()).spawn().unwrap())
    }
    /// The incidents in the store by uid.
    fn stored(&self) -> BTreeMap<String, Value> {
        let rows = Store::open(self.data("weft.db")).unwrap().list_incidents(&ListQuery::default()).unwrap();
        rows.into_iter().map(|row| (row.uid, serde_json::from_str(&row.json).unwrap())).collect()
    }
    /// The last record of every incident on the bus, by key.
    fn published(&self) -> BTreeMap<String, Value> {
        let bus = EmbeddedBus::open(&self.data("bus"), Retention::default()).unwrap();
        let mut subscriber = bus.subscriber("test", &["weft.incidents.v1"]).unwrap();
        let mut last = BTreeMap::new();
        loop {
            let records = subscriber.poll(1_000, Duration::from_millis(10)).unwrap();
            if records.is_empty() {
                return last;
            }
            for record in records {
                last.insert(String::from_utf8(record.key).unwrap(), serde_json::from_slice(&record.value).unwrap());
            }
        }
    }
}

/// A process that does not outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// Waits until `is_true`, while the process runs.
    #[track_caller]
    fn wait(&mut self, what: &str, mut is_true: impl FnMut() -> bool) {
        let started = Instant::now();
        while !is_true() {
            assert_eq!(self.0.try_wait().unwrap(), None, "ended while waiting for {what}");
            assert!(started.elapsed() < PATIENCE, "no {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    /// kill -9.
    #[track_caller]
    fn kill(mut self) {
        assert_eq!(self.0.try_wait().unwrap(), None, "ended before it was killed");
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
    /// SIGTERM, and how it ends.
    fn terminate(&mut self) -> ExitStatus {
        assert!(Command::new("kill").arg("-TERM").arg(self.0.id().to_string()).status().unwrap().success());
        let started = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(started.elapsed() < PATIENCE, "SIGTERM did not end it");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// An incident as a replay would say it: the first revision, which creates it.
fn final_form(mut incident: Value) -> Value {
    let is_first = incident["unmapped"]["weft"]["revision"] == 1;
    assert_eq!(incident["activity_id"], json!(if is_first { 1 } else { 2 }), "the activity does not fit the revision");
    incident["unmapped"]["weft"]["revision"] = json!(1);
    incident["unmapped"]["weft"]["merged_from"] = json!([]);
    for (name, first) in [("activity_id", json!(1)), ("activity_name", json!("Create")), ("type_uid", json!(200_501))] {
        incident[name] = first;
    }
    incident
}

fn final_forms(incidents: BTreeMap<String, Value>) -> Value {
    incidents.into_iter().map(|(uid, incident)| (uid, final_form(incident))).collect()
}

/// What a replay of the same folder finds, by uid.
fn replayed() -> Value {
    let uid = |incident: &Value| incident["metadata"]["uid"].as_str().unwrap().to_owned();
    let incidents = json_lines(&plain().stdout);
    assert!(!incidents.is_empty(), "nothing was found, so that nothing is proved");
    incidents.into_iter().map(|incident| (uid(&incident), incident)).collect()
}

#[test]
fn watched_folders_give_what_a_replay_gives() {
    let site = Site::new(&simulation().join("raw"));
    site.until_idle();
    let stored = site.stored();
    assert_same(&final_forms(stored.clone()), &replayed());
    for (uid, incident) in &stored {
        let published = site.published();
        assert_same(published.get(&format!("default|{uid}")).expect("the incident on the bus"), incident);
        let evidence = incident["unmapped"]["weft"]["timeline"][0]["event_uids"][0].as_str().unwrap();
        assert!(Store::open(site.data("weft.db")).unwrap().get_evidence(evidence).unwrap().is_some(), "{evidence} cannot be opened");
    }
    // A restart with nothing new says nothing new.
    site.until_idle();
    let stored: Value = stored.into_iter().collect();
    assert_same(&site.stored().into_iter().collect(), &stored);
    // One that is stopped while it analyses what is stored takes nothing back.
    std::fs::remove_dir_all(site.data("state")).unwrap();
    let mut running = site.start();
    let mut line = String::new();
    BufReader::new(running.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(running.terminate().success());
    assert_same(&site.stored().into_iter().collect(), &stored);
}

#[test]
fn kill_9_at_any_stage_loses_and_doubles_nothing() {
    let site = Site::new(&simulation().join("raw"));
    let mut reading = site.start();
    reading.wait("file that was read and marked", || site.data("cursors.json").exists());
    reading.kill();
    let mut analysing = site.start();
    analysing.wait("incident", || site.data("weft.db").exists() && !site.stored().is_empty());
    analysing.kill();
    site.until_idle();
    assert_same(&final_forms(site.stored()), &replayed());
}

#[test]
fn a_killed_run_goes_on_from_its_snapshot() {
    const GOES_ON: &str = "the analysis goes on from a snapshot";
    let site = Site::with(&simulation().join("raw"), "[state]\nsnapshot_seconds = 1\n");
    let mut running = site.start();
    running.wait("snapshot", || !site.snapshots().is_empty());
    running.kill();
    let log = site.until_idle_with_log();
    assert!(log.contains(GOES_ON), "{log}");
    let expected = replayed();
    assert_same(&final_forms(site.stored()), &expected);

    // A damaged one is named and ignored, an unknown version too: then everything is built anew.
    let before = site.stored();
    for (place, reason) in [(8, "snapshot version"), (40_000, "the snapshot is damaged")] {
        for path in site.snapshots() {
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[place] ^= 0x55;
            std::fs::write(&path, bytes).unwrap();
        }
        let log = site.until_idle_with_log();
        assert!(log.contains(reason) && !log.contains(GOES_ON), "{log}");
        assert_same(&site.stored().into_iter().collect(), &before.clone().into_iter().collect());
        let log = site.until_idle_with_log();
        assert!(log.contains(GOES_ON), "one was written at the end: {log}");
    }

    // With other knowledge nothing that was learned without it is used.
    std::fs::write(site.folder.path().join("directory.csv"), "displayName,mail\nNew One,new.one@elsewhere.example\n").unwrap();
    let config = std::fs::read_to_string(&site.config).unwrap();
    std::fs::write(&site.config, format!("directory = \"directory.csv\"\n{config}")).unwrap();
    let log = site.until_idle_with_log();
    assert!(log.contains("other models, settings or directory") && !log.contains(GOES_ON), "{log}");
}

/// `GET` by HTTP/1.1: status, head and body.
fn get(address: &str, path: &str, cookie: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n").unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), head.to_owned(), body.to_owned())
}

#[test]
fn what_arrives_while_it_runs_is_read() {
    let watched = folder();
    let audit = watched.path().join("audit.jsonl");
    std::fs::write(&audit, records(0, 5)).unwrap();
    let site = Site::new(watched.path());
    let mut running = site.start();
    let mut line = String::new();
    BufReader::new(running.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.split(['/', ';']).nth(2).unwrap_or_else(|| panic!("no address in `{line}`")).to_owned();
    assert_eq!(get(&address, "/api/v1/status", "").0, 401, "the API is open to everybody");
    let file = site.data("login-link");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "others can read the sign-in link");
    let link = std::fs::read_to_string(file).unwrap();
    let (_, head, _) = get(&address, link.trim().split_once(&address).unwrap().1, "");
    let cookie =
        head.lines().find_map(|line| line.split_once("set-cookie: ")).unwrap_or_else(|| panic!("{head}")).1.split(';').next().unwrap();
    let mut counts = |expected: (u64, u64)| {
        let now = || {
            let (status, _, body) = get(&address, "/api/v1/status", cookie);
            assert_eq!(status, 200, "{body}");
            let status: Value = serde_json::from_str(&body).unwrap();
            let sum = |name: &str| status["sources"].as_array().unwrap().iter().map(|source| source[name].as_u64().unwrap()).sum::<u64>();
            (sum("events"), sum("dead_letter"))
        };
        running.wait(&format!("status of {expected:?} events and dead letters, but {:?}", now()), || now() == expected);
    };
    counts((5, 0));
    // A new file, a file that grows, and a bad record.
    std::fs::write(watched.path().join("one.eml"), message(1)).unwrap();
    counts((6, 0));
    let mut grown = std::fs::OpenOptions::new().append(true).open(&audit).unwrap();
    grown.write_all(records(10, 2).as_bytes()).unwrap();
    counts((8, 0));
    grown.write_all(format!("not json\n{}\n", record(20)).as_bytes()).unwrap();
    counts((9, 1));
    assert!(running.terminate().success());
    let letters: String =
        std::fs::read_dir(site.data("dead-letters")).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    assert!(letters.contains("not json"), "{letters}");
}

#[test]
fn what_cannot_start_says_so_before_it_touches_anything() {
    let site = Site::new(Path::new("/nowhere"));
    let sound = std::fs::read_to_string(&site.config).unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (text, says) in [
        (sound.replace("watch", "wach"), "wach"),
        (sound.split("[sources]").next().unwrap().to_owned(), "sources.watch"),
        (sound.replace("127.0.0.1:0", &address), "listen.address"),
    ] {
        std::fs::write(&site.config, text).unwrap();
        let refused = ran(command(["up", "--until-idle", "--config"]).arg(&site.config));
        assert_eq!(refused.code, Some(78), "{}{}", refused.stdout, refused.stderr);
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
        assert!(!site.data("").exists(), "a data folder was made for nothing");
    }
}

#[test]
fn what_an_analyst_decides_is_honoured_and_can_be_undone() {
    use weft_store::{IncidentStatus, Verdict, VerdictKind};
    let site = Site::new(&simulation().join("raw"));
    site.until_idle();
    let uids = |incident: &Value| -> Vec<String> {
        let indicators = incident["unmapped"]["weft"]["indicators"].as_array().unwrap();
        indicators.iter().map(|indicator| indicator["uid"].as_str().unwrap().to_owned()).collect()
    };
    let stored = site.stored();
    let (uid, incident) = stored.iter().max_by_key(|(_, incident)| uids(incident).len()).unwrap();
    let all = uids(incident);
    assert!(all.len() > 2, "{all:?}");
    let give = |kind, pairs, members| {
        let store = Store::open(site.data("weft.db")).unwrap();
        store.put_verdict(&Verdict { time_ms: 1, user: "ann".into(), kind, incident: uid.clone(), pairs, members }).unwrap()
    };
    let undo = |id| Store::open(site.data("weft.db")).unwrap().undo_verdict(id, 2).unwrap().unwrap();
    let log = || -> Vec<(String, String)> {
        let rows = Store::open(site.data("weft.db")).unwrap().list_decisions(Some(uid), 0, 500).unwrap();
        rows.into_iter().map(|row| (row.decision.kind, row.decision.text)).collect()
    };

    // One that does not belong, by the word of the analyst.
    let (rest, out) = (&all[..all.len() - 1], &all[all.len() - 1]);
    let apart = give(VerdictKind::KeepApart, rest.iter().map(|one| (out.clone(), one.clone())).collect(), Vec::new());
    site.until_idle();
    let left = uids(&site.stored()[uid]);
    assert!(!left.contains(out) && left.len() > 1, "{left:?}");

    // Closed as it is; what joins it then is told.
    Store::open(site.data("weft.db")).unwrap().set_status(uid, IncidentStatus::Closed).unwrap();
    // What held to the incident by that one alone went with it.
    let gone = all.len() - left.len();
    give(VerdictKind::Close, Vec::new(), left);
    site.until_idle();
    assert_eq!(site.stored()[uid]["status_id"], 5);
    undo(apart);
    site.until_idle();
    assert!(uids(&site.stored()[uid]).contains(out));
    assert_eq!(site.stored()[uid]["status_id"], 1, "open again");
    let told = format!("{gone} indicators joined");
    assert!(log().iter().any(|(kind, text)| kind == "reopened" && text.starts_with(&told)), "{:?}", log());

    // Dismissed, it stays as it was, with the verdict; undone, everything is as if nobody had said anything.
    let dismissed = give(VerdictKind::Dismiss, Vec::new(), all.clone());
    site.until_idle();
    let quiet = &site.stored()[uid];
    assert_eq!((uids(quiet), &quiet["verdict_id"], &quiet["status_id"]), (all, &json!(1), &json!(5)));
    undo(dismissed);
    site.until_idle();
    assert_same(&final_forms(site.stored()), &replayed());
}
