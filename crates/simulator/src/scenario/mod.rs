//! Scenarios as data: the file format, the scenarios that come with the program, and how a name or a path becomes one checked scenario.
//!
//! What a case fixes stands in `integration-tests/scenarios/`, so that the product itself holds no case's names. Must not know how
//! anything is played.

mod cast;
mod check;
mod embedded;
mod story;
mod value;

pub use cast::{
    AccountKind, ClientRole, CountryLines, HostRole, Lines, Location, PersonRole, Place, Pool, Role, SenderRole, SendersRole, SourceOf,
    Works,
};
pub use embedded::EMBEDDED;
pub use story::{Anchor, Start, StepPlan, Story};
pub use value::{Choice, Clock, Count, Lag};

use crate::SimulateError;
use crate::delivery::Delivery;
use crate::look_alike::LookAlikePlan;
use crate::organisation::Organisation;
use serde::Deserialize;
use std::path::Path;

/// A scenario file is small: a larger one is a mistake.
const MAX_BYTES: u64 = 1 << 20;
/// Scenarios that one file includes.
const MAX_USE: usize = 16;

/// What a caller needs to know of a scenario before it simulates it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    pub name: String,
    pub title: String,
    pub description: String,
    pub minimum_people: u32,
    pub minimum_days: u32,
    /// Size when nobody names one.
    pub people: u32,
    pub days: u32,
}

/// A scenario file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// As the file's folder.
    pub name: String,
    pub title: String,
    /// What happens, for people.
    #[serde(default)]
    pub description: String,
    /// Days that are needed at least; what is included may need more.
    #[serde(default = "one")]
    pub minimum_days: u32,
    /// People that are needed at least.
    #[serde(default = "fewest")]
    pub minimum_people: u32,
    /// Size when the caller names none.
    #[serde(default)]
    pub defaults: Defaults,
    #[serde(default)]
    pub organisation: Organisation,
    #[serde(default)]
    pub delivery: Delivery,
    /// Hosts where everybody shares files; those of `benign-month` when empty.
    #[serde(default)]
    pub sharing_platforms: Vec<String>,
    /// Names of scenarios whose attacks and look-alikes happen in the same company.
    #[serde(default, rename = "use")]
    pub include: Vec<String>,
    #[serde(default)]
    pub attacks: Vec<Story>,
    #[serde(default)]
    pub look_alikes: Vec<LookAlikePlan>,
}

fn one() -> u32 {
    1
}

fn fewest() -> u32 {
    8
}

/// Size of a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    pub people: u32,
    pub days: u32,
}

impl Default for Defaults {
    fn default() -> Self {
        Self { people: 60, days: 21 }
    }
}

impl Scenario {
    /// What a caller needs to know.
    pub fn about(&self) -> About {
        About {
            name: self.name.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            minimum_people: self.minimum_people,
            minimum_days: self.minimum_days,
            people: self.defaults.people,
            days: self.defaults.days,
        }
    }

    /// The scenario called `name`, or the one in the file or folder `name`; what it includes is part of it.
    ///
    /// # Errors
    /// A name that nobody knows, a file that cannot be read, or one that is not valid; the message names file, place and field.
    pub fn load(name: &str) -> Result<Self, SimulateError> {
        let mut scenario = read(name)?;
        if scenario.include.len() > MAX_USE {
            return Err(invalid(name, format!("use: at most {MAX_USE} scenarios")));
        }
        for included in std::mem::take(&mut scenario.include) {
            let other = read(&included)?;
            if !other.include.is_empty() {
                return Err(invalid(name, format!("use: {included} includes others itself; name those")));
            }
            scenario.minimum_days = scenario.minimum_days.max(other.minimum_days);
            scenario.minimum_people = scenario.minimum_people.max(other.minimum_people);
            scenario.attacks.extend(other.attacks);
            scenario.look_alikes.extend(other.look_alikes);
        }
        if scenario.sharing_platforms.is_empty() {
            scenario.sharing_platforms = read("benign-month")?.sharing_platforms;
        }
        scenario.defaults.days = scenario.defaults.days.max(scenario.minimum_days);
        scenario.defaults.people = scenario.defaults.people.max(scenario.minimum_people);
        scenario.check().map_err(|reason| invalid(name, reason))?;
        Ok(scenario)
    }
}

pub fn invalid(name: &str, reason: String) -> SimulateError {
    SimulateError::Scenario { name: name.to_owned(), reason }
}

/// One file, without what it includes.
fn read(name: &str) -> Result<Scenario, SimulateError> {
    if let Some((_, text)) = EMBEDDED.iter().find(|(known, _)| *known == name) {
        return parse(name, text);
    }
    let mut path = Path::new(name).to_path_buf();
    if path.is_dir() {
        path.push("scenario.yaml");
    }
    let is_path = name.contains(['/', '\\']) || path.extension().is_some();
    if !is_path && !path.exists() {
        return Err(SimulateError::UnknownScenario(name.to_owned()));
    }
    let io = |source| SimulateError::Read { path: path.clone(), source };
    if std::fs::metadata(&path).map_err(io)?.len() > MAX_BYTES {
        return Err(invalid(name, format!("larger than {MAX_BYTES} bytes")));
    }
    parse(&path.display().to_string(), &std::fs::read_to_string(&path).map_err(io)?)
}

fn parse(name: &str, text: &str) -> Result<Scenario, SimulateError> {
    let mut place = String::new();
    serde_saphyr::with_deserializer_from_str(text, |source| {
        serde_path_to_error::deserialize(source).map_err(|error| {
            place = error.path().to_string();
            error.into_inner()
        })
    })
    .map_err(|error| {
        // What follows the first line draws the place in the file.
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        invalid(name, format!("at {place}: {}", first.trim_start_matches("error: ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_folder_is_embedded_and_valid() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../integration-tests/scenarios");
        let folders: BTreeSet<String> = std::fs::read_dir(root)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.join("scenario.yaml").exists())
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(folders, EMBEDDED.iter().map(|(name, _)| (*name).to_owned()).collect());
        for (name, _) in EMBEDDED {
            assert_eq!(Scenario::load(name).unwrap_or_else(|error| panic!("{error}")).name, *name);
        }
    }

    /// The message that a changed case A gives.
    fn broken(from: &str, to: &str) -> String {
        let (_, text) = EMBEDDED.iter().find(|(name, _)| *name == "case-a").unwrap();
        assert!(text.contains(from), "{from}");
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("scenario.yaml"), text.replacen(from, to, 1)).unwrap();
        Scenario::load(&folder.path().to_string_lossy()).unwrap_err().to_string()
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        for (from, to, said) in [
            ("subject:", "subjct:", &["scenario.yaml", "attacks[0].steps[0].actions[0].send", "subjct"][..]),
            ("- sign_in:", "- sing_in:", &["attacks[0].steps[2].actions[0]", "sing_in"]),
            ("from: { at: page }", "from: { at: pagee }", &["case-a", "cast", "pagee"]),
            ("{sender.domain}", "{sendr.domain}", &["step 1", "sendr.domain"]),
            ("required: false", "required: 7", &["attacks[0].steps[7].required"]),
        ] {
            let message = broken(from, to);
            assert!(said.iter().all(|part| message.contains(part)), "{message}");
        }
    }

    #[test]
    fn a_path_is_read_and_an_unknown_name_lists_the_known() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../integration-tests/scenarios/case-a");
        for path in [folder.clone(), folder.join("scenario.yaml")] {
            assert_eq!(Scenario::load(&path.to_string_lossy()).unwrap().attacks.len(), 1);
        }
        assert!(Scenario::load("case-z").unwrap_err().to_string().contains("case-a"));
        assert!(matches!(Scenario::load("/nowhere/scenario.yaml"), Err(SimulateError::Read { .. })));
    }
}
