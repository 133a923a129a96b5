//! Weaves indicators into clusters: links weighted by the rarity of what is shared, decaying with time, against a prior of how many
//! benign indicators would be near anyway.
//!
//! Pure. Must not know what a model measured, only who and what an indicator speaks of, when, and how surprising it is.

pub mod cluster;
pub mod constraint;
mod digest;
pub mod evidence;
mod habit;
pub mod link;
mod rate;
pub mod stitch;
mod weigh;

pub use cluster::Cluster;
pub use constraint::Constraints;
pub use evidence::{Alert, Evidence, share_evidence};
pub use link::{Priors, Weight};
pub use stitch::{Refusal, Stitching, pair_weights, stitch};
