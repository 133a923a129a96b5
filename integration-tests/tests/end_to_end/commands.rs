//! The commands that a new user tries first.

use crate::support::{DAYS, PEOPLE, SEED, command, folder, json_lines, ran, weft};
use std::path::Path;

/// The subcommands that a help text lists.
fn subcommands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // Two blanks before a name, more before a line that goes on.
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

fn without_example(path: &[String], missing: &mut Vec<String>) -> usize {
    let help = weft(path.iter().cloned().chain(["--help".to_owned()])).done();
    let name = format!("weft {}", path.join(" "));
    assert!(help.contains("Usage: weft"), "{name}: {help}");
    let inner = subcommands(&help);
    if !help.contains("Example: weft ") {
        missing.push(name);
    }
    inner.into_iter().map(|next| without_example(&[path, &[next]].concat(), missing)).sum::<usize>() + 1
}

#[test]
fn every_help_has_an_example() {
    let mut missing = Vec::new();
    let helps = without_example(&[], &mut missing);
    assert!(helps > 15, "only {helps} commands were found");
    assert!(missing.is_empty(), "no example in the help of {missing:?}");
}

#[test]
fn the_demo_shows_the_incident_and_ends_without_a_terminal() {
    let text = weft(["demo", "--seed", SEED, "--people", PEOPLE, "--days", DAYS]).done();
    let line =
        |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("no line starts with `{start}`: {text}"));
    assert!(line("INCIDENT  ").len() > "INCIDENT  ".len());
    assert!(line("score ").contains("email, saas, network"), "{}", line("score "));
    // `  03-18 14:49  E      text`: each domain has its own column.
    let lanes: Vec<&str> = text.lines().filter_map(|line| line.get(15..20)).collect();
    for lane in ["E    ", "  S  ", "    N"] {
        assert!(lanes.contains(&lane), "no line in the column `{lane}`: {text}");
    }
    let narrative = text.lines().skip_while(|line| !line.starts_with("score ")).nth(2).unwrap();
    assert!(narrative.split_whitespace().count() > 20, "{narrative}");
    assert!(line("  would have: ").len() > 20);
    assert!(!text.contains("http://127.0.0.1"), "nobody can open a page that is not served");
}

#[test]
fn the_shipped_models_pass_their_own_tests() {
    let models = json_lines(&weft(["models", "list", "--json"]).done());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let files = ["email", "network", "saas", "correlation"].map(|domain| std::fs::read_dir(folder.join(domain)).unwrap().count());
    assert_eq!(models.len(), files.iter().sum::<usize>(), "a model of models/ is not shipped");
    let tests = weft(["models", "test"]).done();
    let (passed, failed) = tests.lines().last().unwrap().split_once(" passed, ").unwrap();
    assert!(passed.parse::<usize>().unwrap() >= models.len() && failed == "0 failed", "{tests}");
    for model in &models {
        let name = model["name"].as_str().unwrap();
        assert!(tests.contains(name), "{name} has no test");
        // A Sigma rule's file holds its title.
        assert!(weft(["models", "show", name]).done().contains(name.strip_prefix("Sigma/").unwrap_or(name)));
    }
}

#[test]
fn the_doctor_tells_sound_from_broken() {
    let folder = folder();
    let diagnose = |data: &Path| ran(command(["doctor"]).env("WEFT_DATA_DIR", data).env("WEFT_LISTEN_ADDRESS", "127.0.0.1:0"));
    let sound = diagnose(&folder.path().join("data")).done();
    assert!(sound.contains("weft can run") && !sound.contains("MISSING"), "{sound}");
    let file = folder.path().join("file");
    std::fs::write(&file, b"in the way").unwrap();
    let broken = diagnose(&file.join("data"));
    assert_eq!(broken.code, Some(1), "{}{}", broken.stdout, broken.stderr);
    assert!(broken.stdout.contains("MISSING data folder") && broken.stdout.contains("WEFT_DATA_DIR"), "{}", broken.stdout);
}

#[test]
fn the_configuration_reference_is_complete() {
    let text = weft(["config", "schema"]).done();
    for field in ["data_dir", "[bus]", "[sources]", "budget", "WEFT_DATA_DIR"] {
        assert!(text.contains(field), "no {field} in {text}");
    }
    let schema = weft(["config", "schema", "--json"]).done();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert!(schema["properties"]["data_dir"]["description"].is_string());
}
