//! Exit codes: 0 done, 1 a check failed, 2 usage, 65 nothing readable, 78 configuration. Each failure says what to do.

use crate::samples::{message, noise, record, records};
use crate::support::{Ran, command, folder, ran, weft};
use serde_json::json;
use std::path::Path;

#[track_caller]
fn check(ran: &Ran, code: i32, says: &str) {
    assert_eq!(ran.code, Some(code), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains(says), "standard error does not say `{says}`: {}", ran.stderr);
    assert_eq!(ran.stdout, "");
}

fn replay(path: &Path) -> Ran {
    weft(["replay".as_ref(), path.as_os_str()])
}

#[test]
fn wrong_usage_is_2() {
    check(&weft(["replay"]), 2, "--help");
    check(&weft(["no-such-command"]), 2, "--help");
    check(&weft(["replay", "--no-such-option", "x"]), 2, "--help");
    check(&weft(["replay", "--budget", "0", "x"]), 2, "--budget");
    check(&weft(["models", "show", "no such model"]), 2, "weft models list");
    check(&weft(["sensor", "email"]), 2, "name files");
    let folder = folder();
    let out = folder.path().to_str().unwrap();
    check(&weft(["simulate", "no-such-scenario", "--out", out]), 2, "no-such-scenario");
    check(&weft(["eval", out]), 2, "truth.json");
    std::fs::create_dir(folder.path().join("raw")).unwrap();
    std::fs::write(folder.path().join("raw/mine"), b"precious").unwrap();
    check(&weft(["simulate", "case-a", "--out", out]), 2, "empty");
    assert_eq!(std::fs::read(folder.path().join("raw/mine")).unwrap(), b"precious");
}

#[test]
fn nothing_readable_is_65() {
    let folder = folder();
    check(&replay(folder.path()), 65, "--help");
    check(&replay(&folder.path().join("absent")), 65, "check the path");
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    put("noise.eml", &noise(3_000));
    put("empty.json", b"");
    put("truth.json", records(0, 3).as_bytes());
    put("directory.csv", b"displayName,mail\nAnn,ann@corp.example\n");
    check(&replay(folder.path()), 65, "--help");
    // One readable file among them is enough.
    put("one.eml", message(1).as_bytes());
    replay(folder.path()).done();
    check(&weft(["sensor".as_ref(), "network".as_ref(), folder.path().as_os_str()]), 65, "sensor");
    let events = weft(["sensor".as_ref(), "email".as_ref(), folder.path().as_os_str()]).done();
    assert_eq!(events.lines().count(), 1);
}

#[test]
fn bad_records_do_not_change_it() {
    let folder = folder();
    std::fs::write(folder.path().join("a.jsonl"), format!("{}\n{}\n", record(1), "{\"CreationTime\":".repeat(100))).unwrap();
    replay(folder.path()).done();
}

#[test]
fn a_bad_configuration_is_78() {
    let folder = folder();
    let file = folder.path().join("weft.toml");
    let check_file = || weft(["config".as_ref(), "check".as_ref(), file.as_os_str()]);
    check(&check_file(), 78, "weft.toml");
    for (text, says) in [
        ("tenant = ", "weft.toml"),
        ("no_such_field = 1\n", "no_such_field"),
        ("[alert]\nbudget = 0\n", "alert.budget"),
        ("[bus]\nkind = \"kafka\"\n", "bus.brokers"),
        ("[listen]\naddress = \"here\"\n", "address"),
    ] {
        std::fs::write(&file, text).unwrap();
        check(&check_file(), 78, says);
    }
    std::fs::write(&file, "tenant = \"corp\"\n").unwrap();
    check_file().done();
    check(&ran(command(["config", "check"]).env("WEFT_ALERT_BUDGET", "many")), 78, "WEFT_ALERT_BUDGET");
    check(&ran(command(["doctor"]).env("WEFT_ALERT_BUDGET", "many")), 78, "WEFT_ALERT_BUDGET");
}

#[test]
fn a_missed_attack_is_1() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("raw")).unwrap();
    std::fs::write(folder.path().join("raw/one.eml"), message(1)).unwrap();
    let step = json!({ "id": "1", "text": "x", "domain": "email", "start": 0, "end": 1, "entities": [], "evidence": ["0".repeat(32)], "required": true });
    let attack = json!({ "id": "x", "title": "x", "entities": [], "steps": [step] });
    let truth = json!({ "scenario": "x", "seed": 1, "attacks": [attack], "look_alikes": [] });
    std::fs::write(folder.path().join("truth.json"), truth.to_string()).unwrap();
    let missed = weft(["eval".as_ref(), folder.path().as_os_str()]);
    assert_eq!(missed.code, Some(1), "{}{}", missed.stdout, missed.stderr);
}
