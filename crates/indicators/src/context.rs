//! What scoring may look at beside the fact.

use crate::outside::Outside;
use weft_enrich::Enricher;
use weft_entity_graph::EntityGraph;
use weft_model::Directory;

/// Read-only surroundings of one step: the graph as it was before the step.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub graph: &'a EntityGraph,
    pub directory: &'a Directory,
    pub enricher: &'a Enricher,
    /// What the enricher was asked before.
    pub outside: &'a Outside,
}
