//! Files that a scenario attaches to mails, with the first bytes that give their type away.

use super::stage::Stage;
use crate::SimulateError;
use crate::mime::Mailbox;
use crate::mime::{self, File, Package};
use crate::scenario::{Choice, Count};
use serde::Deserialize;

/// A file with each message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Without suffix; with placeholders.
    pub name: Choice,
    pub kind: FileKind,
    #[serde(default = "small")]
    pub kilobytes: Count,
}

fn small() -> Count {
    Count { least: 4, most: 40 }
}

/// What the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    Pdf,
    Docx,
    Xlsx,
    Zip,
    Png,
    Csv,
    Html,
    /// ISO 9660 image.
    Iso,
}

impl Attachment {
    /// The file for one recipient.
    ///
    /// # Errors
    /// A placeholder without a value.
    pub fn file(&self, recipient: Option<&Mailbox>, stage: &mut Stage<'_>) -> Result<File, SimulateError> {
        let name = stage.choose(&self.name, recipient)?;
        let size = self.kilobytes.draw(&mut stage.rng) as usize * 1_000;
        let rng = &mut stage.rng;
        Ok(match self.kind {
            FileKind::Pdf => mime::pdf(&name, size, rng),
            FileKind::Docx => mime::package(Package::Word, &name, size, rng),
            FileKind::Xlsx => mime::package(Package::Excel, &name, size, rng),
            FileKind::Zip => mime::package(Package::Zip, &name, size, rng),
            FileKind::Png => mime::picture(&name, true, size, rng),
            FileKind::Csv => mime::figures(&name, "csv", "text/csv", size as u64 / 14, rng),
            FileKind::Html => {
                let page = format!("<!DOCTYPE html>\r\n<html><head><title>{name}</title></head><body><script>var d=\"");
                let bytes = [page.into_bytes(), rng.hex(size).into_bytes(), b"\";</script></body></html>\r\n".to_vec()].concat();
                File { name: format!("{name}.html"), kind: "text/html".into(), bytes }
            }
            FileKind::Iso => mime::iso(&name, size, rng),
        })
    }
}
