//! Which pieces a peer has, and which block it asks for next.

/// How a torrent is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    bytes: u64,
    /// Blocks of a piece, but for the last one.
    blocks: u32,
    pieces: u32,
}

impl Shape {
    /// Bytes of a block: what is asked for at a time (BEP 3).
    pub const BLOCK: u32 = 16 << 10;

    /// A torrent of `bytes` bytes in pieces of `piece` bytes, whole blocks.
    pub fn new(bytes: u64, piece: u64) -> Shape {
        let bytes = bytes.max(1);
        Shape {
            bytes,
            blocks: (piece / u64::from(Shape::BLOCK)) as u32,
            pieces: bytes.div_ceil(piece) as u32,
        }
    }

    pub fn pieces(self) -> u32 {
        self.pieces
    }

    /// 64-bit words of a bitfield.
    pub fn words(self) -> usize {
        self.pieces.div_ceil(64) as usize
    }

    /// Blocks of the whole torrent.
    pub fn all_blocks(self) -> u32 {
        self.bytes.div_ceil(u64::from(Shape::BLOCK)) as u32
    }

    /// Blocks of a piece.
    pub fn blocks(self, piece: u32) -> u32 {
        if piece + 1 == self.pieces { self.all_blocks() - piece * self.blocks } else { self.blocks }
    }

    /// Bytes of a block: fewer at the very end.
    #[inline]
    pub fn bytes(self, piece: u32, block: u8) -> u32 {
        let before = (u64::from(piece) * u64::from(self.blocks) + u64::from(block)) * u64::from(Shape::BLOCK);
        self.bytes.saturating_sub(before).min(u64::from(Shape::BLOCK)) as u32
    }

    /// A bitfield with all pieces.
    pub fn full(self) -> Vec<u64> {
        let mut words = vec![u64::MAX; self.words()];
        let rest = self.pieces % 64;
        if let (Some(last), 1..) = (words.last_mut(), rest) {
            *last = (1 << rest) - 1;
        }
        words
    }
}

/// Whether piece `piece` is in a bitfield.
#[inline]
pub fn contains(bits: &[u64], piece: u32) -> bool {
    bits.get(piece as usize / 64).is_some_and(|word| word >> (piece % 64) & 1 == 1)
}

#[inline]
pub fn insert(bits: &mut [u64], piece: u32) {
    if let Some(word) = bits.get_mut(piece as usize / 64) {
        *word |= 1 << (piece % 64);
    }
}

/// How many pieces are in a bitfield.
pub fn count(bits: &[u64]) -> u32 {
    bits.iter().map(|word| word.count_ones()).sum()
}

/// How many pieces are in one bitfield and not in another.
pub fn count_without(bits: &[u64], without: &[u64]) -> u32 {
    bits.iter().zip(without).map(|(word, other)| (word & !other).count_ones()).sum()
}

/// A piece of which blocks have been asked for.
#[derive(Clone, Copy, Debug)]
struct Partial {
    piece: u32,
    /// Blocks asked for or received, a bit each.
    requested: u64,
    received: u64,
    all: u64,
}

/// What came of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// It was there already.
    Twice,
    /// More of its piece is missing.
    More,
    /// It makes its piece whole.
    Whole,
}

/// The pieces that a peer has and fetches, and how common each is among its neighbours.
#[derive(Clone, Debug)]
pub struct Pieces {
    shape: Shape,
    have: Box<[u64]>,
    /// Pieces that it has, and those of which something has been asked for.
    started: Box<[u64]>,
    /// Pieces that it has.
    got: u32,
    /// By piece: neighbours that have it.
    available: Box<[u16]>,
    /// In the order in which they were started.
    partials: Vec<Partial>,
    /// Blocks neither received nor asked for.
    unrequested: u32,
}

impl Pieces {
    pub fn none(shape: Shape) -> Pieces {
        Pieces {
            shape,
            have: vec![0; shape.words()].into(),
            started: vec![0; shape.words()].into(),
            got: 0,
            available: vec![0; shape.pieces() as usize].into(),
            partials: Vec::new(),
            unrequested: shape.all_blocks(),
        }
    }

    pub fn all(shape: Shape) -> Pieces {
        Pieces {
            have: shape.full().into(),
            started: shape.full().into(),
            got: shape.pieces(),
            unrequested: 0,
            ..Pieces::none(shape)
        }
    }

    pub fn have(&self) -> &[u64] {
        &self.have
    }

    pub fn got(&self) -> u32 {
        self.got
    }

    pub fn shape(&self) -> Shape {
        self.shape
    }

    pub fn is_complete(&self) -> bool {
        self.got == self.shape.pieces()
    }

    /// Everything has been asked for, but not everything received.
    pub fn is_endgame(&self) -> bool {
        self.unrequested == 0 && !self.is_complete()
    }

    #[inline]
    pub fn count_have(&mut self, piece: u32) {
        if let Some(available) = self.available.get_mut(piece as usize) {
            *available += 1;
        }
    }

    /// A neighbour with these pieces has come, or gone.
    pub fn count_bitfield(&mut self, has: &[u64], comes: bool) {
        for (piece, available) in self.available.iter_mut().enumerate() {
            if contains(has, piece as u32) {
                if comes { *available += 1 } else { *available -= 1 }
            }
        }
    }

    /// The next block to ask a neighbour for who has the pieces `has`: of a piece that has been started (strict priority);
    /// else of another one, at random as long as fewer than `random_first` are there, then of the rarest. `draw` gives a
    /// random number below its argument.
    pub fn pick(
        &mut self,
        has: &[u64],
        random_first: u32,
        draw: impl FnOnce(u32) -> u32,
    ) -> Option<(u32, u8)> {
        let open = |partial: &&mut Partial| partial.requested != partial.all && contains(has, partial.piece);
        if let Some(partial) = self.partials.iter_mut().find(open) {
            let block = (!partial.requested).trailing_zeros();
            partial.requested |= 1 << block;
            self.unrequested -= 1;
            return Some((partial.piece, block as u8));
        }
        let piece = if self.got < random_first { self.any(has, draw) } else { self.rarest(has, draw) }?;
        let blocks = self.shape.blocks(piece);
        let all = if blocks == 64 { u64::MAX } else { (1 << blocks) - 1 };
        self.partials.push(Partial { piece, requested: 1, received: 0, all });
        insert(&mut self.started, piece);
        self.unrequested -= 1;
        Some((piece, 0))
    }

    /// A random one of the pieces in `has` that have not been started.
    fn any(&self, has: &[u64], draw: impl FnOnce(u32) -> u32) -> Option<u32> {
        let candidates = count_without(has, &self.started);
        (candidates > 0).then(|| draw(candidates)).and_then(|place| self.candidates(has).nth(place as usize))
    }

    /// One of the rarest of these pieces, at random.
    fn rarest(&self, has: &[u64], draw: impl FnOnce(u32) -> u32) -> Option<u32> {
        let (mut least, mut alike) = (u16::MAX, 0);
        for piece in self.candidates(has) {
            let available = self.available[piece as usize];
            if available < least {
                (least, alike) = (available, 1);
            } else if available == least {
                alike += 1;
            }
        }
        let place = (alike > 0).then(|| draw(alike))?;
        self.candidates(has).filter(|&piece| self.available[piece as usize] == least).nth(place as usize)
    }

    fn candidates<'a>(&'a self, has: &'a [u64]) -> impl Iterator<Item = u32> + 'a {
        (0u32..).zip(has.iter().zip(&self.started)).flat_map(|(word, (has, started))| {
            let mut left = has & !started;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(64 * word + bit)
            })
        })
    }

    /// In the endgame: blocks asked for and not received, of pieces in `has`.
    pub fn outstanding<'a>(&'a self, has: &'a [u64]) -> impl Iterator<Item = (u32, u8)> + 'a {
        self.partials.iter().filter(|partial| contains(has, partial.piece)).flat_map(|partial| {
            let mut left = partial.requested & !partial.received;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some((partial.piece, bit as u8))
            })
        })
    }

    /// Nobody is asked for this block any more.
    pub fn release(&mut self, piece: u32, block: u8) {
        let bit = 1u64 << block;
        if let Some(partial) = self.partials.iter_mut().find(|partial| partial.piece == piece)
            && partial.requested & !partial.received & bit != 0
        {
            partial.requested &= !bit;
            self.unrequested += 1;
        }
    }

    /// A block has come, asked for or not.
    pub fn receive(&mut self, piece: u32, block: u8) -> Came {
        let Some(place) = self.partials.iter().position(|partial| partial.piece == piece) else {
            return Came::Twice;
        };
        let partial = &mut self.partials[place];
        let bit = 1u64 << block;
        if partial.received & bit != 0 {
            return Came::Twice;
        }
        if partial.requested & bit == 0 {
            partial.requested |= bit;
            self.unrequested -= 1;
        }
        partial.received |= bit;
        if partial.received != partial.all {
            return Came::More;
        }
        self.partials.remove(place);
        insert(&mut self.have, piece);
        self.got += 1;
        Came::Whole
    }

    /// Nobody is a neighbour any more, and nothing is under way; what has been received stays.
    pub fn interrupt(&mut self) {
        self.available.fill(0);
        for partial in &mut self.partials {
            self.unrequested += (partial.requested & !partial.received).count_ones();
            partial.requested = partial.received;
        }
    }

    /// The entropy of how common pieces are among neighbours, over its greatest value: 1 if all are alike.
    pub fn entropy(&self) -> Option<f64> {
        let total: f64 = self.available.iter().map(|&n| f64::from(n)).sum();
        if total == 0.0 || self.available.len() < 2 {
            return None;
        }
        let term = |&n: &u16| {
            let p = f64::from(n) / total;
            if n == 0 { 0.0 } else { -p * libm::log(p) }
        };
        Some(self.available.iter().map(term).sum::<f64>() / libm::log(self.available.len() as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PIECE: u64 = 256 << 10;

    #[test]
    fn the_last_piece_and_block_are_shorter() {
        let shape = Shape::new(100_000_000, PIECE);
        assert_eq!((shape.pieces(), shape.all_blocks()), (382, 6104));
        assert_eq!((shape.blocks(0), shape.blocks(381)), (16, 6104 - 381 * 16));
        assert_eq!(count(&shape.full()), 382);
        assert_eq!(Shape::new(0, PIECE).all_blocks(), 1);
        assert_eq!(count(&Shape::new(64 * PIECE, PIECE).full()), 64);
    }

    #[test]
    fn the_rarest_piece_comes_first_and_is_finished_first() {
        let shape = Shape::new(8 * PIECE, PIECE);
        let mut pieces = Pieces::none(shape);
        let full = shape.full();
        for piece in [0, 1, 2, 3, 5, 6, 7, 7] {
            pieces.count_have(piece);
        }
        assert_eq!(
            pieces.pick(&full, 0, |alike| {
                assert_eq!(alike, 1);
                0
            }),
            Some((4, 0))
        );
        for block in 1..16 {
            assert_eq!(pieces.pick(&full, 0, |_| unreachable!()), Some((4, block)));
        }
        // Six pieces are alike, the seventh is more common.
        assert_eq!(
            pieces.pick(&full, 0, |alike| {
                assert_eq!(alike, 6);
                5
            }),
            Some((6, 0))
        );
        assert_eq!(pieces.pick(&[1 << 7], 0, |_| 0), Some((7, 0)), "one who has nothing else");
        assert_eq!(pieces.pick(&[1 << 4], 0, |_| 0), None, "all of it is under way");
        pieces.release(4, 9);
        assert_eq!(pieces.pick(&[1 << 4], 0, |_| 0), Some((4, 9)));
    }

    proptest! {
        /// However blocks are asked for, lost and received: none is asked for twice before the endgame, and in the end
        /// everything is there.
        #[test]
        fn every_block_is_fetched(bytes in 1u64..3_000_000, seed: u64) {
            let shape = Shape::new(bytes, 64 << 10);
            let mut pieces = Pieces::none(shape);
            let full = shape.full();
            let mut asked = std::collections::BTreeSet::new();
            let mut state = seed;
            let mut random = |below: u32| {
                state = crate::sim::random::mix(state.wrapping_add(1));
                (state % u64::from(below)) as u32
            };
            let mut received = 0;
            while !pieces.is_complete() {
                match random(3) {
                    0 => if let Some(block) = pieces.pick(&full, 2, &mut random) {
                        prop_assert!(asked.insert(block));
                    },
                    1 => if let Some(&(piece, block)) = asked.iter().nth(random(8) as usize) {
                        asked.remove(&(piece, block));
                        pieces.release(piece, block);
                    },
                    _ => if let Some(&(piece, block)) = asked.iter().next() {
                        asked.remove(&(piece, block));
                        prop_assert!(pieces.receive(piece, block) != Came::Twice);
                        prop_assert_eq!(pieces.receive(piece, block), Came::Twice);
                        received += 1;
                    },
                }
                let outstanding = pieces.outstanding(&full).count();
                prop_assert_eq!(outstanding, asked.len());
                prop_assert_eq!(pieces.is_endgame(), !pieces.is_complete() && received + asked.len() as u32 == shape.all_blocks());
            }
            prop_assert_eq!(received, shape.all_blocks());
            prop_assert_eq!(pieces.have(), &full[..]);
        }
    }
}
