//! The rules that ship inside the binary, from `models/correlation`.

use crate::error::SigmaError;
use crate::rule::RuleSet;
use weft_indicators::ModelSet;

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../models/", $path)))),*]
    };
}

/// Rule files, path under `models/` and text.
pub const RULES: &[(&str, &str)] = files![
    "correlation/forwarding-after-unusual-sign-in.yaml",
    "correlation/one-lure-many-people.yaml",
    "correlation/password-spray.yaml",
    "correlation/program-then-beacon.yaml",
    "correlation/role-not-taken-back.yaml",
    "correlation/second-factor-given-in.yaml",
    "correlation/sign-in-after-guessing.yaml",
];

/// The shipped rules over these models.
pub fn builtin(models: &ModelSet) -> Result<RuleSet, SigmaError> {
    RuleSet::parse(RULES.iter().copied(), models)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use weft_indicators::model::ModelSet;

    fn shipped() -> (ModelSet, RuleSet) {
        let models = weft_indicators::builtin().unwrap();
        let rules = builtin(&models).unwrap();
        (models, rules)
    }

    #[test]
    fn every_file_of_the_folder_is_shipped() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/correlation");
        let shipped: BTreeSet<String> = RULES.iter().map(|(file, _)| (*file).to_owned()).collect();
        let there: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| format!("correlation/{}", entry.unwrap().file_name().to_string_lossy()))
            .collect();
        assert_eq!(there, shipped);
    }

    #[test]
    fn every_rule_that_speaks_has_passing_tests_of_both_kinds_and_texts() {
        let (_, rules) = shipped();
        let (mut ran, mut failed) = (0, Vec::new());
        for rule in rules.speaking() {
            for test in &rule.tests {
                let outcome = test.run(rule, &rules).unwrap();
                ran += 1;
                if !outcome.passed {
                    failed.push(format!("{}: {}: {} bits", rule.title, test.name, outcome.bits));
                }
            }
            assert!(rule.tests.iter().any(|test| test.expect.min_bits.is_some()), "{} has no test that fires", rule.title);
            assert!(rule.tests.iter().any(|test| test.expect.min_bits.is_none()), "{} has no test that does not", rule.title);
            assert!(!rule.title_ja.is_empty() && !rule.description.ja.is_empty() && !rule.description.en.is_empty(), "{}", rule.title);
            assert!(!rule.techniques.is_empty() && !rule.tactics.is_empty(), "{}", rule.title);
        }
        assert!(failed.is_empty(), "{}", failed.join("\n"));
        assert!(ran >= 14 && rules.speaking().count() >= 5, "only {ran} tests");
    }

    #[test]
    fn techniques_and_tactics_are_those_of_the_pinned_attack_version() {
        #[derive(serde::Deserialize)]
        struct Attack {
            techniques: std::collections::BTreeMap<String, Technique>,
        }
        #[derive(serde::Deserialize)]
        struct Technique {
            tactics: Vec<String>,
        }
        let attack: Attack = serde_saphyr::from_str(include_str!("../../../models/attack.yaml")).unwrap();
        for rule in shipped().1.speaking() {
            let known = |id: &String| attack.techniques.get(id).unwrap_or_else(|| panic!("{}: {id} is not in the list", rule.title));
            let tactics: Vec<&String> = rule.techniques.iter().flat_map(|id| &known(id).tactics).collect();
            assert!(rule.tactics.iter().all(|tactic| tactics.contains(&tactic)), "{}", rule.title);
        }
    }
}
