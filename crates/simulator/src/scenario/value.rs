//! Values of a scenario file that a person writes as text: counts, delays and times of day, each fixed or as a range.
//!
//! Must not know what they are used for.

use crate::rng::Rng;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use std::fmt;
use std::str::FromStr;
use weft_model::time::{DAY_MS, HOUR_MS, MINUTE_MS};

/// A whole number: `5`, `2..6` with both ends, or `all` (as many as there are).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub least: u32,
    pub most: u32,
}

impl Count {
    const LIMIT: u32 = 1_000_000;

    /// Exactly `number`.
    pub const fn of(number: u32) -> Self {
        Self { least: number, most: number }
    }
    /// One number of the range.
    pub fn draw(self, rng: &mut Rng) -> u32 {
        rng.range(i64::from(self.least), i64::from(self.most) + 1) as u32
    }
}

/// A delay or length of time: `90s`, `10m`, `2h`, `3d`, or a range such as `90s..6m`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    pub least_ms: i64,
    pub most_ms: i64,
}

impl Lag {
    /// A length in milliseconds.
    pub fn draw(self, rng: &mut Rng) -> i64 {
        if self.least_ms == self.most_ms { self.least_ms } else { rng.range(self.least_ms, self.most_ms + 1) }
    }
}

/// A local time of day: `18:04` (some moment in that minute), `18:04:00` (that second) or a range such as `09:00..16:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    pub least_ms: i64,
    pub most_ms: i64,
}

impl Clock {
    /// Milliseconds after local midnight.
    pub fn draw(self, rng: &mut Rng) -> i64 {
        rng.range(self.least_ms, self.most_ms)
    }
}

/// A text, or a list of which one is drawn at each use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice(pub Vec<String>);

impl Choice {
    /// One of the texts; empty when there is none.
    pub fn draw(&self, rng: &mut Rng) -> &str {
        rng.pick(&self.0).map_or("", String::as_str)
    }
}

/// Splits `a..b`; a single value stands for both.
fn ends(text: &str) -> (&str, &str) {
    text.split_once("..").map_or((text, text), |(least, most)| (least.trim(), most.trim()))
}

impl FromStr for Count {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (least, most) = ends(text);
        let number = |text: &str| match text {
            "all" => Some(Self::LIMIT),
            _ => text.parse::<u32>().ok().filter(|number| *number <= Self::LIMIT),
        };
        match (number(least), number(most)) {
            (Some(least), Some(most)) if least <= most => Ok(Self { least, most }),
            _ => Err(format!("{text:?} is no count; write 5, 2..6 (up to 1000000) or all")),
        }
    }
}

impl FromStr for Lag {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (least, most) = ends(text);
        let length = |text: &str| {
            let unit = text.chars().last()?;
            let unit_ms = match unit {
                's' => 1_000,
                'm' => MINUTE_MS,
                'h' => HOUR_MS,
                'd' => DAY_MS,
                _ => return None,
            };
            let number: f64 = text.strip_suffix(unit)?.parse().ok()?;
            (0.0..=10_000.0).contains(&number).then_some((number * unit_ms as f64) as i64)
        };
        match (length(least), length(most)) {
            (Some(least_ms), Some(most_ms)) if least_ms <= most_ms => Ok(Self { least_ms, most_ms }),
            _ => Err(format!("{text:?} is no length of time; write 90s, 10m, 2h, 3d or a range such as 90s..6m")),
        }
    }
}

impl FromStr for Clock {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (least, most) = ends(text);
        // Start and length of what is named.
        let moment = |text: &str| {
            let mut parts = text.splitn(3, ':');
            let mut part = |limit: i64| parts.next()?.parse::<i64>().ok().filter(|part| (0..limit).contains(part));
            let (hour, minute) = (part(24)?, part(60)?);
            let start = hour * HOUR_MS + minute * MINUTE_MS;
            Some(match part(60) {
                Some(second) => (start + second * 1_000, 1_000),
                None => (start, MINUTE_MS),
            })
        };
        match (moment(least), moment(most)) {
            (Some((least_ms, _)), Some((start, length))) if least_ms <= start => Ok(Self { least_ms, most_ms: start + length }),
            _ => Err(format!("{text:?} is no time of day; write 18:04, 18:04:00 or a range such as 09:00..16:30")),
        }
    }
}

struct Text<T>(std::marker::PhantomData<T>, &'static str);

impl<T: FromStr<Err = String>> Visitor<'_> for Text<T> {
    type Value = T;
    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.1)
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        number.to_string().parse().map_err(E::custom)
    }
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        number.to_string().parse().map_err(E::custom)
    }
}

struct Texts;

impl<'de> Visitor<'de> for Texts {
    type Value = Choice;
    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text or a list of texts")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Choice, E> {
        Ok(Choice(vec![text.to_owned()]))
    }
    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Choice, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = list.next_element()? {
            texts.push(text);
        }
        Ok(Choice(texts))
    }
}

impl<'de> Deserialize<'de> for Choice {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(Texts)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(Text(std::marker::PhantomData, "a count such as 5 or 2..6"))
    }
}

impl<'de> Deserialize<'de> for Lag {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_str(Text(std::marker::PhantomData, "a length of time such as 90s or 10m..40m"))
    }
}

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_str(Text(std::marker::PhantomData, "a time of day such as 18:04 or 09:00..16:30"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_nonsense_is_named() {
        assert_eq!("7".parse(), Ok(Count { least: 7, most: 7 }));
        assert_eq!("2..6".parse(), Ok(Count { least: 2, most: 6 }));
        assert_eq!("1.5m..2h".parse(), Ok(Lag { least_ms: 90_000, most_ms: 7_200_000 }));
        assert_eq!("18:04".parse(), Ok(Clock { least_ms: 65_040_000, most_ms: 65_100_000 }));
        assert_eq!("18:04:10".parse(), Ok(Clock { least_ms: 65_050_000, most_ms: 65_051_000 }));
        assert!("6..2".parse::<Count>().unwrap_err().contains("6..2"));
        assert!("10".parse::<Lag>().unwrap_err().contains("length of time"));
        assert!("24:00".parse::<Clock>().is_err() && "1".parse::<Clock>().is_err());
    }
}
