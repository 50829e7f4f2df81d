//! Breadth-first searches from many sources at once, one bit each.

use rayon::prelude::*;

use super::super::Graph;

/// 64 × `WORDS` searches that go through the graph together (Then et al., VLDB 8(4), 2014): each node has one bit for
/// each source, and a link hands on all of them in one stroke. Keeps its memory from one run to the next.
pub(super) struct Wave<const WORDS: usize> {
    /// Which sources have reached each node.
    seen: Vec<[u64; WORDS]>,
    /// Which of them did so in the last step.
    front: Vec<[u64; WORDS]>,
    /// Which of them do so in this step; zero between steps.
    next: Vec<[u64; WORDS]>,
    /// The nodes whose `front` is not zero.
    active: Vec<u32>,
}

impl<const WORDS: usize> Wave<WORDS> {
    /// How many sources fit.
    pub(super) const WIDTH: usize = 64 * WORDS;

    /// For graphs of `nodes` nodes.
    pub(super) fn new(nodes: u32) -> Wave<WORDS> {
        let zero = || vec![[0; WORDS]; nodes as usize];
        Wave { seen: zero(), front: zero(), next: zero(), active: Vec::new() }
    }

    /// Searches from `sources`, which are distinct and at most [`Wave::WIDTH`]. Calls `met(hops, node, bits)` for
    /// each node and distance above 0 at which some sources, the `bits`, meet it; ascending in hops. Gives the largest
    /// distance met.
    pub(super) fn run(
        &mut self,
        graph: &Graph,
        sources: &[u32],
        mut met: impl FnMut(u32, u32, &[u64; WORDS]),
    ) -> u32 {
        let full = self.start(sources);
        let arcs = 2 * graph.edges();
        let mut hops = 0;
        while !self.active.is_empty() {
            let ahead: u64 = self.active.iter().map(|&node| u64::from(graph.degree(node))).sum();
            let before = std::mem::take(&mut self.active);
            // Pushing writes where it goes and touches a node twice; pulling reads, but looks at every node.
            if ahead < arcs / 3 {
                self.push(graph, &before);
            } else {
                self.pull(graph, &full);
            }
            before.iter().for_each(|&node| self.front[node as usize] = [0; WORDS]);
            std::mem::swap(&mut self.front, &mut self.next);
            hops += 1;
            self.active.iter().for_each(|&node| met(hops, node, &self.front[node as usize]));
        }
        hops.saturating_sub(1)
    }

    /// Forgets the last run and puts each source on its own node. Gives the bits of all of them.
    fn start(&mut self, sources: &[u32]) -> [u64; WORDS] {
        self.seen.fill([0; WORDS]);
        let mut full = [0; WORDS];
        for (bit, &source) in sources.iter().enumerate() {
            let (word, mask) = (bit / 64, 1 << (bit % 64));
            full[word] |= mask;
            self.seen[source as usize][word] |= mask;
            self.front[source as usize][word] |= mask;
        }
        self.active.extend(sources);
        full
    }

    /// One step, from the nodes `before` outwards.
    fn push(&mut self, graph: &Graph, before: &[u32]) {
        let mut touched = std::mem::take(&mut self.active);
        for &node in before {
            let front = self.front[node as usize];
            for &to in graph.neighbours(node) {
                let next = &mut self.next[to as usize];
                if *next == [0; WORDS] {
                    touched.push(to);
                }
                join(next, &front);
            }
        }
        // A source that comes back to a node it has seen leaves no trace.
        touched.retain(|&node| {
            let (next, seen) = (&mut self.next[node as usize], &mut self.seen[node as usize]);
            without(next, seen);
            join(seen, next);
            *next != [0; WORDS]
        });
        self.active = touched;
    }

    /// One step, at every node that some source has not reached: who stands next to it?
    fn pull(&mut self, graph: &Graph, full: &[u64; WORDS]) {
        for node in 0..graph.nodes() {
            let seen = &mut self.seen[node as usize];
            if seen == full {
                continue;
            }
            let mut arriving = [0; WORDS];
            for &from in graph.neighbours(node) {
                join(&mut arriving, &self.front[from as usize]);
            }
            without(&mut arriving, seen);
            if arriving != [0; WORDS] {
                join(seen, &arriving);
                self.next[node as usize] = arriving;
                self.active.push(node);
            }
        }
    }
}

#[inline]
fn join<const WORDS: usize>(into: &mut [u64; WORDS], bits: &[u64; WORDS]) {
    for word in 0..WORDS {
        into[word] |= bits[word];
    }
}

#[inline]
fn without<const WORDS: usize>(from: &mut [u64; WORDS], bits: &[u64; WORDS]) {
    for word in 0..WORDS {
        from[word] &= !bits[word];
    }
}

/// Runs `work` on as many threads as there are, but no more than `tasks` + 1; each shall fetch tasks until there are
/// none. What they give comes in no particular order of tasks: sum integers, or sort.
pub(super) fn workers<T: Send>(tasks: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
    let threads = rayon::current_num_threads().min(tasks + 1);
    if threads == 1 {
        return vec![work()];
    }
    (0..threads).into_par_iter().with_max_len(1).map(|_| work()).collect()
}
