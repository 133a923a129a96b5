//! What memory does in the long run: entities by Zipf's law under a cap with a spill, and floods of entities that come once.

use crate::stream::Stream;
use crate::{Failure, START, cpu_s, knowledge, memory_mib};
use std::path::PathBuf;
use std::sync::Arc;
use weft_baselines::spill::Spill;
use weft_correlator::{CONTACT_BYTES, Engine, SpilledProfiles};
use weft_indicators::{DAY_BYTES, PROFILE_BYTES};

/// Hours of one day that have events.
const HOURS_A_DAY: i64 = 10;

/// What to measure.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Devices, visited by Zipf's law with exponent 1.
    pub zipf: Option<u32>,
    /// Events in all.
    pub total: u64,
    /// Events an hour.
    pub events: u32,
    /// Cap of the profiles; without it the default.
    pub profile_mib: Option<usize>,
    /// Caps of the open day and of contacts; without them the defaults.
    pub day_mib: Option<usize>,
    pub contact_mib: Option<usize>,
    /// Folder for the profiles that do not fit.
    pub spill: Option<PathBuf>,
    /// One-time devices after the warm ones.
    pub flood: Option<u32>,
}

impl Options {
    /// Applies cap and spill.
    pub fn apply(&self, engine: &mut Engine) -> Result<(), Failure> {
        let spill: Option<Arc<dyn Spill>> = match &self.spill {
            Some(dir) => Some(Arc::new(SpilledProfiles::create(dir)?)),
            None => None,
        };
        let bytes = |mib: Option<usize>, usual| mib.map_or(usual, |mib| mib << 20);
        engine.cap(bytes(self.day_mib, DAY_BYTES), bytes(self.contact_mib, CONTACT_BYTES));
        Ok(engine.cap_profiles(bytes(self.profile_mib, PROFILE_BYTES), spill)?)
    }
}

fn tell(engine: &Engine, what: &str, events: u64, rate: f64) {
    let (resident, peak) = memory_mib();
    let counts = engine.profiles();
    println!(
        "{what}: {events} events, {rate:.0} events/s; profiles {} resident in {} MiB, {} spilled, {} reloaded, {} forgotten; process {resident:.0} MiB, peak {peak:.0} MiB",
        counts.resident,
        counts.bytes >> 20,
        counts.spilled,
        counts.reloaded,
        counts.forgotten
    );
    let mut held = engine.held();
    held.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let told: Vec<String> =
        held.iter().filter(|(_, bytes)| *bytes >> 20 > 0).map(|(what, bytes)| format!("{what} {}", bytes >> 20)).collect();
    println!("  open day: {} open, {} ended early; held in MiB: {}", engine.day().open, engine.day().ended, told.join(", "));
}

/// Entities by Zipf's law; tells every tenth of the way.
pub fn zipf(options: &Options, entities: u32) -> Result<(), Failure> {
    let mut stream = Stream::zipf(entities, 1);
    let mut engine = Engine::new(knowledge(&stream)?);
    options.apply(&mut engine)?;
    let (mut done, mut hour, mut spent, mut told) = (0u64, 0i64, 0.0, 0u64);
    while done < options.total {
        let at = START + hour / HOURS_A_DAY * 24 + 8 + hour % HOURS_A_DAY;
        let events = stream.hour(at, options.events);
        let before = cpu_s()?;
        engine.hour(&events);
        spent += cpu_s()? - before;
        done += events.len() as u64;
        hour += 1;
        if (done - told) * 10 >= options.total {
            tell(&engine, "zipf", done, (done - told) as f64 / spent);
            (told, spent) = (done, 0.0);
        }
    }
    Ok(())
}

/// Devices that come once, after the warm ones; how many of the warm are left.
pub fn flood(options: &Options, engine: &mut Engine, stream: &mut Stream, mut hour: i64, count: u32) -> Result<(), Failure> {
    let warm: Vec<String> = stream.devices().filter(|device| engine.has_profile(device)).collect();
    let (mut done, mut told, mut spent) = (0, 0, 0.0);
    while done < count {
        let events = stream.strangers(hour, done, options.events.min(count - done));
        let before = cpu_s()?;
        engine.hour(&events);
        spent += cpu_s()? - before;
        done += events.len() as u32;
        hour += 1;
        if done >= count || (u64::from(done) * 10) / u64::from(count) > (u64::from(told) * 10) / u64::from(count) {
            tell(engine, "flood", u64::from(done), f64::from(done - told) / spent);
            (told, spent) = (done, 0.0);
        }
    }
    let left = warm.iter().filter(|device| engine.has_profile(device)).count();
    println!("{left} of {} warm devices are still resident ({:.2} %)", warm.len(), 100.0 * left as f64 / warm.len().max(1) as f64);
    Ok(())
}
