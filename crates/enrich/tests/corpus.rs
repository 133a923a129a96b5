//! Runs the tables and lists over the real data of `WEFT_CORPUS` (absent: prints that it was not run). Knows that data's folders only.

#![allow(clippy::print_stdout, reason = "says what was not run, and its figures")]

use std::path::PathBuf;
use weft_enrich::{Enricher, ListKind, Platform};

fn corpus() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let dir = std::env::var_os("WEFT_CORPUS").map_or_else(|| root.join("../shared/data"), |dir| root.join(dir)).join("enrichment");
    if !dir.is_dir() {
        println!("not run: WEFT_CORPUS is absent");
        return None;
    }
    Some(dir)
}

fn json_names(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

#[test]
fn the_country_table_answers_for_public_addresses() {
    let Some(dir) = corpus() else { return };
    let bytes = std::fs::read(dir.join("ip/geo-whois-asn-country.mmdb")).unwrap();
    let enricher = Enricher::builder().country_mmdb(bytes).unwrap().build();
    let lines = std::fs::read_to_string(dir.join("vpn/output/datacenter/ipv4.txt")).unwrap();
    let (mut asked, mut known) = (0u32, 0u32);
    for network in lines.lines().filter_map(|line| line.split('/').next()?.parse().ok()) {
        asked += 1;
        known += u32::from(enricher.ip(network).country.is_some());
    }
    println!("{known} of {asked} networks have a country");
    assert!(asked > 10_000 && f64::from(known) > 0.98 * f64::from(asked), "{known} of {asked}");
    assert!(enricher.ip("2001:4860:4860::8888".parse().unwrap()).country.is_some());
}

#[test]
fn every_rule_of_the_public_suffix_list_is_followed() {
    let Some(dir) = corpus() else { return };
    let text = std::fs::read_to_string(dir.join("psl/public_suffix_list.dat")).unwrap();
    let enricher = Enricher::builder().build();
    let (mut asked, mut agreed) = (0u32, 0u32);
    for rule in text.lines().map(str::trim) {
        // The compiled list is a few weeks older or newer, so agreement is nearly total, not total.
        if rule.is_empty() || rule.starts_with("//") || rule.starts_with(['*', '!']) || !rule.is_ascii() {
            continue;
        }
        asked += 1;
        let host = format!("www.weft-test.{rule}");
        let found = enricher.domain(&host);
        agreed += u32::from(found.public_suffix == rule && found.registrable == format!("weft-test.{rule}"));
    }
    println!("{agreed} of {asked} rules");
    assert!(asked > 8_000 && f64::from(agreed) > 0.99 * f64::from(asked), "{agreed} of {asked}");
}

#[test]
fn shipped_lists_know_what_others_list() {
    let Some(dir) = corpus() else { return };
    let enricher = Enricher::builder().build();
    let free = std::fs::read_to_string(dir.join("mail/free_email_domains.json")).unwrap();
    let free: std::collections::BTreeSet<&str> = json_names(&free).collect();
    let own = weft_enrich::list::entries(ListKind::FreeMail.shipped()).map(|(_, name)| name);
    let (known, all) = own.fold((0u32, 0u32), |(known, all), name| (known + u32::from(free.contains(name)), all + 1));
    println!("{known} of our {all} free-mail domains are listed by others");
    assert!(f64::from(known) > 0.6 * f64::from(all));
    let shorteners = std::fs::read_to_string(dir.join("misp/url-shortener.json")).unwrap();
    let found = json_names(&shorteners).filter(|name| enricher.domain(name).platform == Some(Platform::Shortener)).count();
    println!("{found} of a shorteners' list are known");
    assert!(found >= 20);
}

#[test]
fn no_popular_business_site_is_called_a_platform_by_mistake() {
    let Some(dir) = corpus() else { return };
    let enricher = Enricher::builder().build();
    let tranco = std::fs::read_to_string(dir.join("misp/tranco10k.json")).unwrap();
    let (mut asked, mut hosting) = (0u32, 0u32);
    for name in json_names(&tranco).filter(|name| weft_enrich::list::host_name(name).is_some()) {
        asked += 1;
        hosting += u32::from(enricher.domain(name).platform == Some(Platform::Hosting));
    }
    println!("{hosting} of {asked} popular names are hosting");
    assert!(asked > 5_000 && hosting * 25 < asked, "{hosting} of {asked}");
}
