//! What can go wrong in the lake, each with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// An error of the lake; it always names the file or folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LakeError {
    #[error("cannot {doing} {}: check space and permissions", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} has another writer: stop that one first", path.display())]
    Locked { path: PathBuf },
    #[error("{} is damaged, its bytes do not hash to its name: restore it from a backup, or remove it and replay the input", path.display())]
    Damaged { path: PathBuf },
    #[error("{} cannot be written or read as Parquet: see the cause; if it stays, remove the file and replay the input", path.display())]
    Part {
        path: PathBuf,
        #[source]
        source: parquet::errors::ParquetError,
    },
    #[error("{} has not the columns of a part: remove it from the lake's folder", path.display())]
    Columns { path: PathBuf },
    #[error("an event in {} cannot be decoded: it was written by a newer version or is damaged", path.display())]
    Decode {
        path: PathBuf,
        #[source]
        source: weft_wire::WireError,
    },
}

impl LakeError {
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.to_path_buf(), source }
    }
    pub(crate) fn part(path: &Path) -> impl Fn(parquet::errors::ParquetError) -> Self {
        move |source| Self::Part { path: path.to_path_buf(), source }
    }
    /// Whether a file was gone: a compaction or retention may have been faster.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}
