//! What a scenario may say of the organisation that is simulated: its offices, languages, working hours, free days and habits.
//!
//! Must not know of people or days.

use crate::country::{Country, country};
use serde::Deserialize;

/// The organisation. Left out, everything is as in a company with one office near Chicago.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Organisation {
    /// The offices; the first is the home office, whose time zone dates the scenario's steps.
    pub offices: Vec<Office>,
    /// Mail domain; drawn from the seed when missing.
    pub domain: Option<String>,
    /// Earliest usual arrival and usual length of a working day, hours of local time.
    pub arrival_hour: f64,
    pub working_hours: f64,
    /// Free days of the whole organisation beside public holidays, as `MM-DD`.
    pub holidays: Vec<String>,
    /// Share of people who work from home on some days, and of these the share who reach everything through the company's VPN.
    pub remote_share: f64,
    pub vpn_share: f64,
    /// Supplier and customer organisations for each person.
    pub correspondents_per_person: f64,
}

/// An office.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// ISO 3166-1 alpha-2 code of a country of [`crate::country::COUNTRIES`].
    pub country: String,
    /// A city of that country; its first when missing.
    #[serde(default)]
    pub city: Option<String>,
    /// Language that people here write to each other.
    #[serde(default)]
    pub language: Language,
    /// Part of the people who work here, relative to the other offices.
    #[serde(default = "one")]
    pub share: f64,
}

/// A language of mails and file names.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
pub enum Language {
    #[default]
    #[serde(rename = "en")]
    English,
    #[serde(rename = "ja")]
    Japanese,
}

fn one() -> f64 {
    1.0
}

impl Default for Organisation {
    fn default() -> Self {
        Self {
            offices: vec![Office { country: "US".to_owned(), city: None, language: Language::English, share: 1.0 }],
            domain: None,
            arrival_hour: 7.25,
            working_hours: 9.0,
            holidays: Vec::new(),
            remote_share: 0.45,
            vpn_share: 0.3,
            correspondents_per_person: 2.0,
        }
    }
}

impl Organisation {
    /// The first thing that is wrong with it, for the scenario's author.
    pub fn problem(&self) -> Option<String> {
        if self.offices.is_empty() {
            return Some("organisation.offices is empty".to_owned());
        }
        for office in &self.offices {
            let Some(known) = country(&office.country) else {
                let codes: Vec<&str> = crate::country::COUNTRIES.iter().map(|country| country.code).collect();
                return Some(format!("organisation.offices: country {:?} is not one of {}", office.country, codes.join(", ")));
            };
            if let Some(city) = &office.city
                && !known.cities.iter().any(|(name, _)| name == city)
            {
                let cities: Vec<&str> = known.cities.iter().map(|(name, _)| *name).collect();
                return Some(format!("organisation.offices: city {city:?} is not one of {}", cities.join(", ")));
            }
            if !(office.share > 0.0 && office.share.is_finite()) {
                return Some("organisation.offices: share must be above 0".to_owned());
            }
        }
        let within = |name: &str, value: f64, low: f64, high: f64| {
            (!(low..=high).contains(&value)).then(|| format!("organisation.{name} must be {low} to {high}"))
        };
        within("arrival_hour", self.arrival_hour, 0.0, 20.0)
            .or_else(|| within("working_hours", self.working_hours, 1.0, 14.0))
            .or_else(|| within("remote_share", self.remote_share, 0.0, 1.0))
            .or_else(|| within("vpn_share", self.vpn_share, 0.0, 1.0))
            .or_else(|| within("correspondents_per_person", self.correspondents_per_person, 0.1, 20.0))
    }
}

impl Office {
    /// Its country and city with region.
    pub fn place(&self) -> Option<(&'static Country, (&'static str, &'static str))> {
        let country = country(&self.country)?;
        let named = country.cities.iter().find(|(name, _)| self.city.as_deref() == Some(name));
        Some((country, *named.or(country.cities.first())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Organisation {
        serde_saphyr::from_str(text).unwrap()
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(Organisation::default().problem(), None);
        assert_eq!(read("offices: [{country: JP, city: Osaka, language: ja}]").problem(), None);
        assert!(read("offices: [{country: XX}]").problem().unwrap().contains("US, GB"));
        assert!(read("offices: [{country: JP, city: Oslo}]").problem().unwrap().contains("Osaka"));
        assert!(read("vpn_share: 2").problem().unwrap().contains("vpn_share"));
        assert!(serde_saphyr::from_str::<Organisation>("ofices: []").is_err());
    }

    #[test]
    fn an_office_knows_its_place() {
        let organisation = read("offices: [{country: JP}, {country: GB, city: Leeds, share: 0.2}]");
        let places: Vec<_> = organisation.offices.iter().filter_map(Office::place).map(|(country, city)| (country.code, city.0)).collect();
        assert_eq!(places, [("JP", "Tokyo"), ("GB", "Leeds")]);
    }
}
