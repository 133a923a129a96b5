//! Opens the operator's enrichment folder: the one file of this crate that does IO, so that every command finds the same tables. It
//! must not decide anything about their content.
//!
//! Folder layout: `country.mmdb`, `asn.mmdb`, `lists/<name>.txt` (adds to the shipped list of that name), `feeds/new-domains.txt`,
//! `feeds/reputation.txt`. Every part is optional.

use crate::enricher::Enricher;
use crate::error::{EnrichError, Note, NoteKind};
use crate::list::ListKind;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Bytes of a table or feed; a GeoLite2 City database has about 60 MB.
pub const MAX_FILE: u64 = 512 << 20;

/// Loads the shipped lists and what lies in `dir`. Without `dir`, or with files missing, country or network stay unknown and a note
/// says how to get them. Errors when a file is there and cannot be used.
pub fn load(dir: Option<&Path>) -> Result<(Enricher, Vec<Note>), EnrichError> {
    load_with_feeds(dir, &[], &[])
}

/// As [`load`], with further feeds of newly registered domains and of reputation; these must exist.
pub fn load_with_feeds(dir: Option<&Path>, new_domains: &[PathBuf], reputation: &[PathBuf]) -> Result<(Enricher, Vec<Note>), EnrichError> {
    let mut builder = Enricher::builder();
    let mut missing = Vec::new();
    let in_dir = |name: &str| dir.map_or(Ok(None), |dir| optional(&dir.join(name)));
    match in_dir("country.mmdb")? {
        Some(bytes) => builder = builder.country_mmdb(bytes)?,
        None => missing.push(("country.mmdb", "countries")),
    }
    match in_dir("asn.mmdb")? {
        Some(bytes) => builder = builder.asn_mmdb(bytes)?,
        None => missing.push(("asn.mmdb", "networks (ASN)")),
    }
    for kind in ListKind::ALL {
        if let Some(bytes) = in_dir(&format!("lists/{}", kind.file_name()))? {
            builder = builder.list(kind, &String::from_utf8_lossy(&bytes));
        }
    }
    let feeds = |name: &str, further: &[PathBuf]| -> Result<Vec<Vec<u8>>, EnrichError> {
        let own = in_dir(name)?.map(Ok);
        own.into_iter().chain(further.iter().map(|path| read(path))).collect()
    };
    for bytes in feeds("feeds/new-domains.txt", new_domains)? {
        builder = builder.feed_new_domains(&String::from_utf8_lossy(&bytes));
    }
    for bytes in feeds("feeds/reputation.txt", reputation)? {
        builder = builder.feed_reputation(&String::from_utf8_lossy(&bytes));
    }
    let mut notes: Vec<Note> = missing
        .into_iter()
        .map(|(file, what)| {
            let place = dir.map_or_else(|| "the enrichment folder".to_owned(), |dir| dir.display().to_string());
            let text =
                format!("{what} of addresses are unknown: {file} is not in {place}; `make setup` fetches it, or copy your own there");
            Note { kind: NoteKind::Missing, text }
        })
        .collect();
    notes.extend_from_slice(builder.notes());
    Ok((builder.build(), notes))
}

fn optional(path: &Path) -> Result<Option<Vec<u8>>, EnrichError> {
    match path.try_exists() {
        Ok(false) => Ok(None),
        Ok(true) => read(path).map(Some),
        Err(source) => Err(EnrichError::Read { path: path.to_owned(), source }),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, EnrichError> {
    let unreadable = |source| EnrichError::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(unreadable)?.take(MAX_FILE.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(EnrichError::TooLarge { path: path.to_owned(), limit: MAX_FILE });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_set_up_works_and_says_what_is_missing() {
        let (enricher, notes) = load(None).unwrap();
        assert_eq!(notes.iter().filter(|note| note.kind == NoteKind::Missing).count(), 2);
        assert_eq!(enricher.ip("203.0.113.7".parse().unwrap()).country, None);
        assert_eq!(enricher.domain("www.example.com").registrable, "example.com");
    }

    #[test]
    fn an_operators_files_are_added() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("lists")).unwrap();
        std::fs::create_dir_all(dir.path().join("feeds")).unwrap();
        std::fs::write(dir.path().join("lists/shorteners.txt"), "go.example\n").unwrap();
        std::fs::write(dir.path().join("feeds/reputation.txt"), "bad.example,own list\n").unwrap();
        let further = dir.path().join("daily.txt");
        std::fs::write(&further, "date: 2024-03-14\nnew.example\n").unwrap();
        let (enricher, _) = load_with_feeds(Some(dir.path()), std::slice::from_ref(&further), &[]).unwrap();
        assert_eq!(enricher.domain("go.example").platform, Some(crate::Platform::Shortener));
        assert_eq!(enricher.domain("bit.ly").platform, Some(crate::Platform::Shortener), "shipped lists stay");
        assert_eq!(enricher.reputation("bad.example"), Some("own list"));
        assert!(enricher.domain_age_feed("new.example").is_some());
    }

    #[test]
    fn files_that_cannot_be_used_are_named() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("asn.mmdb"), "no database").unwrap();
        assert!(load(Some(dir.path())).is_err_and(|error| error.to_string().contains("ASN")));
        let gone = dir.path().join("gone.txt");
        let error = load_with_feeds(None, &[], &[gone]).err().unwrap();
        assert!(error.to_string().contains("gone.txt"), "{error}");
    }
}
