//! The lake: events as Parquet files in a folder, by class and day, with a small scan.
//!
//! `class=4001/day=2024-03-18/part-<content hash>.parquet`, the layout of Hive partitions, so that any Parquet reader can query the
//! folder. Every part is sorted by (time, uid). This crate must not judge events; heavier queries belong to a crate of their own on the
//! same files. What the lake returns depends on the set of events written, not on their order, split or repetition.

mod day;
mod error;
mod folder;
mod lake;
mod merge;
mod part;
mod row;
mod scan;
mod writer;

pub use error::LakeError;
pub use lake::Lake;
pub use row::Column;
pub use scan::{EventScan, Scan};
pub use writer::LakeWriter;
