//! Who had to do with what, as a graph that can be walked from either end. The hash maps of `graph` say when and how; this says only
//! that. The one file that knows petgraph ([ADR 0009](../../../docs/adr/0009-petgraph-for-neighbourhoods.md)).

use foldhash::HashMap;
use petgraph::graph::{NodeIndex, UnGraph};
use weft_model::held::of_table;
use weft_model::{Entity, SmolStr};

/// One end of a tie.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    /// A person, account or device.
    Inside(SmolStr),
    Outside(Entity),
    /// Forgotten; its ties lead nowhere until the next clearing.
    Gone,
}

/// The number of an outside entity here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place(u32);

/// All ties.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ties {
    graph: UnGraph<End, ()>,
    inside: HashMap<SmolStr, NodeIndex>,
    gone: usize,
    refused: u64,
}

impl Ties {
    /// The same room without any.
    pub(crate) fn emptied(mut self) -> Self {
        self.graph.clear();
        self.inside.clear();
        (self.gone, self.refused) = (0, 0);
        self
    }
    pub(crate) fn outside(&mut self, entity: &Entity) -> Place {
        Place(u32::try_from(self.graph.add_node(End::Outside(entity.clone())).index()).unwrap_or(u32::MAX))
    }
    fn inside(&mut self, who: &SmolStr) -> NodeIndex {
        if let Some(node) = self.inside.get(who) {
            return *node;
        }
        let node = self.graph.add_node(End::Inside(who.clone()));
        self.inside.insert(who.clone(), node);
        node
    }
    /// The first contact of `who` with an outside entity; the caller knows that it is the first. With so many ties new ones are refused and counted.
    pub(crate) fn tie(&mut self, who: &SmolStr, place: Place, most: usize) {
        let (node, place) = (self.inside(who), NodeIndex::from(place.0));
        if self.graph.edge_count() < most && place.index() < self.graph.node_count() {
            self.graph.add_edge(node, place, ());
        } else {
            self.refused += 1;
        }
    }
    /// The first logon of a person at a device.
    pub(crate) fn tie_inside(&mut self, person: &SmolStr, device: &SmolStr, most: usize) {
        let (person, device) = (self.inside(person), self.inside(device));
        if self.graph.edge_count() < most {
            self.graph.add_edge(person, device, ());
        } else {
            self.refused += 1;
        }
    }
    pub(crate) fn forget(&mut self, place: Place) {
        if let Some(end) = self.graph.node_weight_mut(NodeIndex::from(place.0)) {
            *end = End::Gone;
            self.gone += 1;
        }
    }
    /// Whether half of it leads nowhere, so that the caller should build it anew: taking out one end costs as much as its neighbours have
    /// ties.
    pub(crate) fn is_worn(&self) -> bool {
        self.gone > 1024 && self.gone * 2 > self.graph.node_count()
    }
    /// Ties of `who`, as far as is remembered.
    pub(crate) fn of_inside(&self, who: &str) -> impl Iterator<Item = &End> {
        self.inside.get(who).into_iter().flat_map(|node| self.around(*node))
    }
    /// Ties of an outside entity.
    pub(crate) fn of_outside(&self, place: Place) -> impl Iterator<Item = &End> {
        self.around(NodeIndex::from(place.0))
    }
    fn around(&self, node: NodeIndex) -> impl Iterator<Item = &End> {
        self.graph.neighbors(node).filter_map(|other| self.graph.node_weight(other)).filter(|end| **end != End::Gone)
    }
    /// Bytes that they take.
    pub(crate) fn bytes(&self) -> usize {
        // Beside its weight an end has the numbers of two ties, a tie those of two ties and two ends.
        let (ends, ties) = self.graph.capacity();
        ends * (size_of::<End>() + 8) + ties * 16 + of_table(&self.inside)
    }
    /// How many ties there are, and how many were refused.
    pub(crate) fn counts(&self) -> (usize, u64) {
        (self.graph.edge_count(), self.refused)
    }
}
