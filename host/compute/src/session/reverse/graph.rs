//! What a reverse pass has to visit.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::tape::{Edge, Node};

/// Whose gradients are wanted.
pub(super) enum Wanted {
    /// Every leaf's.
    Leaves,
    /// Those of the leaves and nodes with these keys.
    Keys(HashSet<u64>),
}

impl Wanted {
    fn leaves(&self) -> bool {
        matches!(self, Wanted::Leaves)
    }
}

/// The recorded operations behind some outputs, by number.
pub(super) struct Graph {
    pub(super) nodes: BTreeMap<u64, Arc<Node>>,
    /// The keys of all leaves and nodes whose gradient leads to one that is wanted.
    pub(super) useful: HashSet<u64>,
    pub(super) wanted: Wanted,
}

impl Graph {
    /// All operations that `roots` were computed by, those numbered below `from` left out.
    pub(super) fn new(roots: &[Edge], wanted: Wanted, from: u64) -> Graph {
        let nodes = reachable(roots, from);
        let useful = useful(roots, &nodes, &wanted);
        Graph { nodes, useful, wanted }
    }

    /// Is the gradient of the leaf or node `key` one of the results?
    pub(super) fn wants(&self, key: u64, leaf: bool) -> bool {
        match &self.wanted {
            Wanted::Leaves => leaf,
            Wanted::Keys(keys) => keys.contains(&key),
        }
    }

    /// Does the gradient that goes along `edge` lead to a result?
    pub(super) fn is_useful(&self, edge: Option<&Edge>) -> bool {
        edge.is_some_and(|edge| self.useful.contains(&edge.key()))
    }
}

fn reachable(roots: &[Edge], from: u64) -> BTreeMap<u64, Arc<Node>> {
    let mut nodes = BTreeMap::new();
    let mut open = roots.to_vec();
    while let Some(edge) = open.pop() {
        let Edge::Node(node) = edge else { continue };
        if node.sequence < from || nodes.contains_key(&node.sequence) {
            continue;
        }
        open.extend(node.inputs().iter().filter_map(|input| input.edge.clone()));
        nodes.insert(node.sequence, node);
    }
    nodes
}

fn useful(roots: &[Edge], nodes: &BTreeMap<u64, Arc<Node>>, wanted: &Wanted) -> HashSet<u64> {
    let mut useful = match wanted {
        Wanted::Leaves => HashSet::new(),
        Wanted::Keys(keys) => keys.clone(),
    };
    if wanted.leaves() {
        useful.extend(roots.iter().filter(|root| matches!(root, Edge::Leaf(_))).map(Edge::key));
    }
    // Ascending: the inputs of a node come before it.
    for node in nodes.values() {
        let mut leads = useful.contains(&node.sequence);
        for edge in node.inputs().iter().filter_map(|input| input.edge.as_ref()) {
            if wanted.leaves() && matches!(edge, Edge::Leaf(_)) {
                useful.insert(edge.key());
            }
            leads |= useful.contains(&edge.key());
        }
        if leads {
            useful.insert(node.sequence);
        }
    }
    useful
}
