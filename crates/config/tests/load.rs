//! What an operator meets when a configuration is loaded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use weft_config::{BusKind, Config, ConfigError, EventsFormat};

fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let home = [("HOME", "/home/ann"), ("PATH", "/bin"), ("WEFT_CORPUS", "../data"), ("WEFT_DEMO_ONCE", "1")];
    home.iter().chain(pairs).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load(text: &str, pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_text(text, Some(Path::new("/etc/weft/weft.toml")), environment(pairs))
}

fn refusal(text: &str, pairs: &[(&str, &str)]) -> String {
    load(text, pairs).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn an_empty_file_is_a_sound_configuration() {
    let config = load("", &[]).unwrap();
    assert_eq!(config.listen.address.to_string(), "127.0.0.1:8686");
    assert_eq!(config.bus.kind, BusKind::Embedded);
    assert_eq!(config.data_dir, Path::new("/home/ann/.local/share/weft"));
    assert_eq!(config.enrich.dir, Path::new("/home/ann/.cache/weft/enrich"));
    assert_eq!(config.lake.dir, Path::new("/home/ann/.local/share/weft/lake"));
    assert_eq!(config.alert.budget, 0.1);
}

#[test]
fn folders_follow_xdg_and_systemd() {
    let xdg = load("", &[("XDG_DATA_HOME", "/d"), ("XDG_CACHE_HOME", "/c")]).unwrap();
    assert_eq!((xdg.data_dir.as_path(), xdg.enrich.dir.as_path()), (Path::new("/d/weft"), Path::new("/c/weft/enrich")));
    let service = load("", &[("STATE_DIRECTORY", "/var/lib/weft"), ("CACHE_DIRECTORY", "/var/cache/weft")]).unwrap();
    assert_eq!(
        (service.data_dir.as_path(), service.enrich.dir.as_path()),
        (Path::new("/var/lib/weft/"), Path::new("/var/cache/weft/enrich"))
    );
    assert_eq!(load("", &[("WEFT_CACHE", "/w")]).unwrap().enrich.dir, Path::new("/w/enrich"));
    assert!(matches!(Config::from_text("", None, BTreeMap::new()), Err(ConfigError::Home { key: "data_dir" })));
}

#[test]
fn the_environment_wins_over_the_file() {
    let text = "tenant = 'acme'\n[bus]\nkind = 'embedded'\n[sources]\nwatch = ['mail', '/srv/audit']\n";
    let config = load(text, &[("WEFT_BUS_KIND", "kafka"), ("WEFT_BUS_BROKERS", "a:9092, b:9092"), ("WEFT_ALERT_BUDGET", "1")]).unwrap();
    assert_eq!((config.tenant.as_str(), config.bus.kind), ("acme", BusKind::Kafka));
    assert_eq!(config.bus.brokers, ["a:9092", "b:9092"]);
    assert_eq!(config.alert.budget, 1.0);
    let watch: Vec<&Path> = config.sources.watch.iter().map(PathBuf::as_path).collect();
    assert_eq!(watch, [Path::new("/etc/weft/mail"), Path::new("/srv/audit")], "relative to the file");
    assert_eq!(load(text, &[("WEFT_SOURCES_WATCH", "here")]).unwrap().sources.watch, [PathBuf::from("here")]);
    assert_eq!(load("bus.events_format = 'ocsf_json'", &[]).unwrap().bus.events_format, EventsFormat::OcsfJson);
}

#[test]
fn a_refusal_names_place_key_and_what_is_allowed() {
    for (text, pairs, parts) in [
        ("tenat = 'x'", &[][..], &["/etc/weft/weft.toml", "line 1", "tenat", "tenant"][..]),
        ("[bus]\nkind = 'redis'", &[], &["weft.toml", "line 2", "redis", "embedded", "kafka"]),
        ("[lake]\nretention_days = 0", &[], &["weft.toml", "lake.retention_days = 0", "1 to 3650"]),
        ("[state]\nprofile_mib = 15", &[], &["weft.toml", "state.profile_mib = 15", "16 to 1048576"]),
        ("[state]\nday_mib = 15", &[], &["weft.toml", "state.day_mib = 15", "16 to 1048576"]),
        ("[state]\ncontact_mib = 63", &[], &["weft.toml", "state.contact_mib = 63", "64 to 1048576"]),
        ("[state]\nsnapshot_seconds = 86401", &[], &["weft.toml", "state.snapshot_seconds = 86401", "0 to 86400"]),
        ("[lake]\nretention_days = -1", &[], &["weft.toml", "line 2"]),
        ("mode = 'active'", &[], &["active", "passive"]),
        ("[listen]\naddress = 'localhost'", &[], &["line 2", "socket address"]),
        ("tenant = 'Acme Inc'", &[], &["tenant = \"Acme Inc\"", "a-z"]),
        ("[bus]\nkind = 'kafka'", &[], &["bus.brokers", "at least one host:port"]),
        ("[bus]\nbrokers = ['kafka']", &[], &["bus.brokers", "host:port"]),
        ("[alert]\nbudget = nan", &[], &["alert.budget", "more than 0"]),
        ("[sources]\ninterfaces = ['../eth0']", &[], &["sources.interfaces", "at most 16"]),
        ("", &[("WEFT_ALERT_BUDGET", "-1")], &["alert.budget = -1", "environment variable WEFT_ALERT_BUDGET"]),
        ("", &[("WEFT_ALERT_BUDGET", "much")], &["WEFT_ALERT_BUDGET", "`much` is not a number"]),
        ("", &[("WEFT_LAKE_FOLDER", "/x")], &["WEFT_LAKE_FOLDER", "WEFT_LAKE_DIR"]),
        ("", &[("WEFT_BUS_KIND", "redis")], &["WEFT_BUS_KIND", "redis", "embedded"]),
    ] {
        let message = refusal(text, pairs);
        for part in parts {
            assert!(message.contains(part), "{text:?} {pairs:?}: {part:?} is missing in: {message}");
        }
    }
}

#[test]
fn a_named_file_must_exist_and_be_text() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("weft.toml");
    assert!(matches!(Config::load(Some(&path), environment(&[])), Err(ConfigError::Read { .. })));
    std::fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(Config::load(Some(&path), environment(&[])).unwrap_err().to_string().contains("not UTF-8"));
    std::fs::write(&path, "tenant = 'acme'").unwrap();
    assert_eq!(Config::load(Some(&path), environment(&[])).unwrap().tenant, "acme");
    let by_variable = environment(&[("WEFT_CONFIG", path.to_str().unwrap())]);
    assert_eq!(Config::load(None, by_variable).unwrap().tenant, "acme");
    std::fs::write(&path, vec![b'#'; (weft_config::load::MAX_FILE + 1) as usize]).unwrap();
    assert!(matches!(Config::load(Some(&path), environment(&[])), Err(ConfigError::TooLarge { .. })));
}

#[test]
fn the_users_file_is_found_without_being_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("weft")).unwrap();
    std::fs::write(dir.path().join("weft/weft.toml"), "tenant = 'mine'").unwrap();
    let config = Config::load(None, environment(&[("XDG_CONFIG_HOME", dir.path().to_str().unwrap())])).unwrap();
    assert_eq!(config.tenant, "mine");
}

#[test]
fn every_example_in_deploy_loads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/examples");
    let mut loaded = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            Config::load(Some(&path), environment(&[])).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            loaded += 1;
        }
    }
    assert!(loaded >= 3, "{loaded} examples in {}", folder.display());
}
