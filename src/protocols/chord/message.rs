//! What Chord nodes say to each other, and what it weighs.

use super::params::Shared;
use super::tables::NodeRef;
use super::words::Question;
use crate::protocols::index::Entry;
use crate::sim::{ObjectId, Parcel, PeerId, query_text};
use crate::space::ring::Id;

/// A message from one node to another: hosts are the engine's business, their virtual nodes are ours. In the order of the
/// fields, so that the identifier that most of them carry comes last, and none lies across two words of the event.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Message {
    /// Which node of the receiver.
    pub at: u8,
    /// Which node of the sender.
    pub from: u8,
    /// What it says.
    pub say: Say,
}

/// What a message says. `n` is the receiver.
#[derive(Clone, Debug)]
pub enum Say {
    /// Recursive lookup: find the owner of `key`, and let it answer `origin`.
    FindSuccessor { key: Id, origin: NodeRef },
    /// You own `key`: tell `origin` who provides it.
    Get { key: Id, origin: NodeRef },
    /// This one provides the key.
    Provider(PeerId),
    /// These provide the key; perhaps nobody.
    Providers(Parcel<PeerId>),
    /// Iterative lookup: who comes next on the way to `key`?
    Closest { key: Id, search: SearchId },
    /// These nodes come next, best first.
    Closer { search: SearchId, nodes: Parcel<NodeRef> },
    /// The same, and a cached answer will do.
    Seek { key: Id, search: SearchId },
    /// I remember these entries for the key.
    Cached { search: SearchId, entries: Parcel<Entry> },
    /// Remember these entries, all for one key.
    Remember(Parcel<Entry>),
    /// `key` lies between me and my successor: these are the owner and the nodes after it.
    Owners { search: SearchId, nodes: Parcel<NodeRef> },
    /// Who is your predecessor, and who follows you?
    Stabilize,
    /// My predecessor comes first, if I know it, then my successors.
    Neighbours { predecessor: bool, nodes: Parcel<NodeRef> },
    /// I might be your predecessor.
    Notify,
    /// Are you there?
    Ping,
    /// I am.
    Pong,
    /// Keep these index entries.
    Store(Parcel<Entry>),
    /// I have them.
    Stored,
    /// You own the next word of this question: intersect, and pass it on (one question).
    Intersect(Parcel<Question>),
    /// These objects have all words of your question, and these peers have them.
    Matches(Parcel<(ObjectId, PeerId)>),
    /// I leave: my predecessor comes first, if I know it, then my successors.
    Leaving { predecessor: bool, nodes: Parcel<NodeRef> },
}

/// Names a search of the node that asks. Alignment 1, so that messages pack tightly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(Rust, packed)]
pub struct SearchId(pub u32);

/// A predecessor, if there is one, and successors, as one list.
pub fn neighbourhood(
    predecessor: Option<NodeRef>,
    successors: impl IntoIterator<Item = NodeRef>,
) -> (bool, Parcel<NodeRef>) {
    (predecessor.is_some(), Parcel::new(predecessor.into_iter().chain(successors).collect()))
}

/// The predecessor and the successors again.
pub fn apart(predecessor: bool, nodes: &[NodeRef]) -> (Option<NodeRef>, &[NodeRef]) {
    match nodes {
        [first, rest @ ..] if predecessor => (Some(*first), rest),
        all => (None, all),
    }
}

impl Say {
    /// Bytes on the wire: 20 for the header, and 4 for each identifier or address carried (Li et al. 2005).
    #[inline(always)]
    pub fn wire_size(&self, shared: &Shared) -> u32 {
        let carried = match self {
            Say::FindSuccessor { .. } | Say::Get { .. } => 2,
            Say::Provider(_) => 1,
            Say::Providers(peers) => peers.as_slice().len(),
            Say::Closest { .. } | Say::Seek { .. } => 1,
            // A provider and a lifetime each; and the key, which the one that has asked knows.
            Say::Cached { entries, .. } => 2 * entries.as_slice().len(),
            Say::Remember(entries) => 1 + 2 * entries.as_slice().len(),
            Say::Closer { nodes, .. } | Say::Owners { nodes, .. } => nodes.as_slice().len(),
            Say::Stabilize | Say::Notify | Say::Ping | Say::Pong | Say::Stored => 0,
            Say::Neighbours { nodes, .. } | Say::Leaving { nodes, .. } => nodes.as_slice().len(),
            // A key, a provider and a lifetime each; in the list of a word the object, too.
            Say::Store(entries) => (3 + usize::from(shared.words.is_some())) * entries.as_slice().len(),
            // The origin; the text of the question; an object and a provider each.
            Say::Intersect(question) => {
                let listed: usize = question.as_slice().iter().map(|question| question.listed.len()).sum();
                return 20 + 4 + query_text(shared.words.as_deref()) + 8 * listed as u32;
            }
            Say::Matches(listed) => 2 * listed.as_slice().len(),
        };
        20 + 4 * carried as u32
    }
}
