//! The analysis as a file: everything that the closed hours taught, in named sections, each checked. What is still in the window is not
//! in it: that is read again from the event store. Knows no folders, clocks or names of files.
//!
//! ```text
//! "WEFTSTAT"  version u32  knowledge [16]  first open hour i64          numbers are little-endian
//! sections    name u8 + bytes  raw length u64  length u64  hash [16]  zstd of the value in postcard's format
//! end         an empty name
//! ```
//!
//! A section's hash is over header, name and what is compressed. Versions: 1 is the first; 2 adds `silences`; 3 adds `notes` (`rules` came without a new version); 4 has weights, lessons and
//! peer classes in `state`; 5 has one profile an entity in `state`, of which some may be in the spill, and contacts by number in `graph`;
//! 6 has the days that count in each calibration table, counts of a day as rates, `counted` in place of lists in `state`, and `groups`. A change of what a section holds is a new version
//! with a step in [`migrate`]; the golden pairs in `tests/snapshot` hold us to that.

use crate::coverage::Silences;
use crate::engine::{Engine, Knowledge};
use crate::pipeline::{Pipeline, Progress};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use weft_baselines::spill::SpillError;
use weft_entity_graph::{EarlierGraph, EntityGraph, Notes};
use weft_indicators::{ByFeatureState, State, UnweightedState};
use weft_model::id::content_hash;

const MAGIC: &[u8; 8] = b"WEFTSTAT";
/// The version written, and the oldest that is read.
pub const VERSION: u32 = 6;
pub const OLDEST: u32 = 1;
/// Sections of one file, bytes of one section when it is unpacked.
const MAX_SECTIONS: usize = 32;
const MAX_SECTION_BYTES: u64 = 16 << 30;
/// Fast: the state is written often and read seldom.
const LEVEL: i32 = 1;

/// Why a file is no state to go on from.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error("not a snapshot of the analysis")]
    NotOne,
    #[error("snapshot version {found}; this program reads {} to {}", OLDEST, VERSION)]
    Version { found: u32 },
    #[error("the snapshot was made with other models, settings or directory")]
    OtherKnowledge,
    #[error("the snapshot is damaged ({what})")]
    Damaged { what: &'static str },
    #[error(transparent)]
    Spill(#[from] SpillError),
    #[error("cannot read or write the snapshot")]
    Io(#[from] std::io::Error),
}

fn damaged(what: &'static str) -> SnapshotError {
    SnapshotError::Damaged { what }
}

/// What the analysis was told, as a hash: a state learned under one is of no use under another. Tables of addresses and feeds are not part
/// of it, nor is the alert threshold: they change daily, and what was learned stays true.
pub fn fingerprint(knowledge: &Knowledge) -> [u8; 16] {
    let (models, directory) = (&knowledge.models, &knowledge.directory);
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    let people: Vec<_> = directory.people().collect();
    content_hash(
        "knowledge",
        &[
            json(serde_json::to_string(&models.models)).as_bytes(),
            json(serde_json::to_string(&models.priors)).as_bytes(),
            json(serde_json::to_string(&models.suppressions)).as_bytes(),
            json(serde_json::to_string(&people)).as_bytes(),
            &knowledge.rules.fingerprint(),
            format!("{:?}", knowledge.settings).as_bytes(),
        ],
    )
}

/// Writes the analysis of the closed hours. `fingerprint` is that of its knowledge.
///
/// # Errors
/// What `out` answers.
pub fn write(pipeline: &Pipeline, fingerprint: [u8; 16], out: &mut dyn Write) -> Result<(), SnapshotError> {
    let header = [&MAGIC[..], &VERSION.to_le_bytes(), &fingerprint, &pipeline.first_open_hour().to_le_bytes()].concat();
    out.write_all(&header)?;
    let mut sections = Sections { out, header: &header };
    sections.put("progress", &pipeline.closed_progress())?;
    pipeline.engine().write(&mut sections)?;
    sections.out.write_all(&[0])?;
    Ok(())
}

/// The pipeline as it was written, with an empty window; the events from [`Pipeline::first_open_hour`] on are to be pushed again.
///
/// # Errors
/// [`SnapshotError`]; nothing is half restored.
pub fn read(input: &mut dyn Read, knowledge: Knowledge, expected: [u8; 16]) -> Result<Pipeline, SnapshotError> {
    let mut header = [0u8; 36];
    input.read_exact(&mut header).map_err(|_| SnapshotError::NotOne)?;
    let fields = header.split_first_chunk::<8>().and_then(|(magic, rest)| {
        let (version, rest) = rest.split_first_chunk::<4>()?;
        let (fingerprint, rest) = rest.split_first_chunk::<16>()?;
        Some((magic, u32::from_le_bytes(*version), *fingerprint, i64::from_le_bytes(*rest.first_chunk()?)))
    });
    let (_, version, fingerprint, hour) = fields.filter(|(magic, ..)| *magic == MAGIC).ok_or(SnapshotError::NotOne)?;
    if !(OLDEST..=VERSION).contains(&version) {
        return Err(SnapshotError::Version { found: version });
    }
    if fingerprint != expected {
        return Err(SnapshotError::OtherKnowledge);
    }
    let mut found = Found(BTreeMap::new());
    while let Some((name, bytes)) = section(input, &header)? {
        if found.0.len() >= MAX_SECTIONS || found.0.insert(name, bytes).is_some() {
            return Err(damaged("sections"));
        }
    }
    migrate(version, &mut found)?;
    let progress: Progress = found.take("progress")?;
    Ok(Pipeline::restored(Engine::read(knowledge, &mut found)?, progress, hour))
}

/// Makes the sections of an older version those of [`VERSION`], a step a version.
fn migrate(version: u32, found: &mut Found) -> Result<(), SnapshotError> {
    if version < 2 {
        // What is usual of each source is learned anew within two weeks.
        found.put("silences", &Silences::default())?;
    }
    if version < 3 {
        // Who was elsewhere is forgotten after hours; announced exercises must be announced again.
        found.put("notes", &Notes::default())?;
    }
    if version < 4 {
        let state: UnweightedState = found.take("state")?;
        found.put("state", &State::from(state))?;
        if found.has("rules") {
            let rules: weft_sigma::EarlierState = found.take("rules")?;
            found.put("rules", &weft_sigma::State::from(rules))?;
        }
    }
    if version < 5 {
        if version == 4 {
            let state: ByFeatureState = found.take("state")?;
            found.put("state", &State::from(state))?;
        }
        let graph: EarlierGraph = found.take("graph")?;
        found.put("graph", &EntityGraph::from(graph))?;
    }
    Ok(())
}

/// One section, still packed, once its hash holds; `None` at the end.
fn section(input: &mut dyn Read, header: &[u8]) -> Result<Option<(String, Packed)>, SnapshotError> {
    let cut = |_| damaged("cut short");
    let mut length = [0u8; 1];
    input.read_exact(&mut length).map_err(cut)?;
    if length == [0] {
        return Ok(None);
    }
    let mut name = vec![0; usize::from(length[0])];
    input.read_exact(&mut name).map_err(cut)?;
    let mut number = || -> Result<u64, SnapshotError> {
        let mut bytes = [0u8; 8];
        input.read_exact(&mut bytes).map_err(cut)?;
        Ok(u64::from_le_bytes(bytes))
    };
    let (raw, packed) = (number()?, number()?);
    if raw.max(packed) > MAX_SECTION_BYTES {
        return Err(damaged("a section is too large"));
    }
    let mut hash = [0u8; 16];
    input.read_exact(&mut hash).map_err(cut)?;
    let mut bytes = Vec::new();
    input.take(packed).read_to_end(&mut bytes)?;
    if content_hash("section", &[header, &name, &bytes]) != hash {
        return Err(damaged("a checksum does not fit"));
    }
    let name = String::from_utf8(name).map_err(|_| damaged("the name of a section"))?;
    Ok(Some((name, Packed { raw: usize::try_from(raw).unwrap_or(usize::MAX), bytes })))
}

/// Takes sections to be written.
pub(crate) struct Sections<'a> {
    out: &'a mut dyn Write,
    header: &'a [u8],
}

impl Sections<'_> {
    pub(crate) fn put<T: Serialize>(&mut self, name: &str, value: &T) -> Result<(), SnapshotError> {
        let Packed { raw, bytes } = pack(value)?;
        let length = u8::try_from(name.len()).map_err(|_| damaged("the name of a section"))?;
        self.out.write_all(&[&[length], name.as_bytes()].concat())?;
        self.out.write_all(&(raw as u64).to_le_bytes())?;
        self.out.write_all(&(bytes.len() as u64).to_le_bytes())?;
        self.out.write_all(&content_hash("section", &[self.header, name.as_bytes(), &bytes]))?;
        self.out.write_all(&bytes)?;
        Ok(())
    }
}

/// A section as it lies in the file.
struct Packed {
    raw: usize,
    bytes: Vec<u8>,
}

/// Sections that were read.
pub(crate) struct Found(BTreeMap<String, Packed>);

fn pack<T: Serialize>(value: &T) -> Result<Packed, SnapshotError> {
    let raw = postcard::to_stdvec(value).map_err(|_| damaged("a value cannot be written"))?;
    Ok(Packed { raw: raw.len(), bytes: zstd::bulk::compress(&raw, LEVEL)? })
}

impl Found {
    /// What an older version did not have.
    fn put<T: Serialize>(&mut self, name: &str, value: &T) -> Result<(), SnapshotError> {
        self.0.insert(name.to_owned(), pack(value)?);
        Ok(())
    }

    /// Whether there is a section of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The value of a section; its bytes are let go.
    pub(crate) fn take<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, SnapshotError> {
        let packed = self.0.remove(name).ok_or(damaged("a section is missing"))?;
        let raw = zstd::bulk::decompress(&packed.bytes, packed.raw).map_err(|_| damaged("a section does not unpack"))?;
        // The hash is not over it.
        if raw.len() != packed.raw {
            return Err(damaged("the length of a section"));
        }
        drop(packed);
        postcard::from_bytes(&raw).map_err(|_| damaged("a value cannot be read"))
    }
}
