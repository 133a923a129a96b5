//! A story: what somebody does in steps, be it an attack or something harmless that looks like one.

use super::{Clock, Lag, Role};
use crate::play::Action;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A story with its cast.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// Unique in a scenario and everything it includes; the draws of the story follow from it and the seed.
    pub id: String,
    pub title: String,
    /// Who and what takes part, by name.
    #[serde(default)]
    pub cast: BTreeMap<String, Role>,
    pub steps: Vec<StepPlan>,
}

/// One step.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepPlan {
    pub id: String,
    pub text: String,
    pub domain: Domain,
    /// Whether an incident must hold it; an analyst may find the others.
    #[serde(default = "yes")]
    pub required: bool,
    /// The ordinary history that the attack builds on: it happens, and is no part of the truth.
    #[serde(default)]
    pub ordinary: bool,
    /// Days on which the step happens, 0 being the first Monday; that of the step before when empty.
    #[serde(default)]
    pub days: Vec<u32>,
    pub start: Start,
    /// One after the other.
    pub actions: Vec<Action>,
}

fn yes() -> bool {
    true
}

/// Which sensor sees a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Domain {
    Email,
    Saas,
    Network,
}

impl Domain {
    /// The name in the truth.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Saas => "saas",
            Self::Network => "network",
        }
    }
}

/// When a step starts on its day.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Start {
    /// At a local time of day.
    Time(Clock),
    /// After somebody of the cast came to work.
    Arrival { of: String, delay: Lag },
    /// After another step of the same day.
    After {
        step: String,
        delay: Lag,
        #[serde(default)]
        since: Anchor,
    },
}

/// Which moment of another step counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Anchor {
    Start,
    #[default]
    End,
}
