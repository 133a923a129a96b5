//! Weaves indicators into clusters: links weighted by the rarity of what is shared, decaying with time, against a prior of how many
//! benign indicators would be near anyway.
//!
//! Pure. Must not know what a model measured, only who and what an indicator speaks of, when, and how surprising it is.

pub mod cluster;
pub mod evidence;
pub mod link;
mod rate;
pub mod stitch;

pub use cluster::Cluster;
pub use evidence::{Alert, share_evidence};
pub use link::{Priors, Weight};
pub use stitch::stitch;
