//! Access links: what a peer can send and receive per second, and what waits for that.
//!
//! The uplink keeps a queue per destination and serves them in turn, a block of 16 KiB at a time, so that every
//! destination gets its share. What is queued can be withdrawn. Messages below 1,500 bytes use rate, but wait only for
//! each other: the block after them starts later instead. The downlink takes one block after the other, as they come:
//!
//! delivery = max(end of sending + latency, end of receiving what came before) + size / down rate.
//!
//! Messages below 1,500 bytes use the downlink's rate, too, and wait for nothing: the next block is through later instead.
//!
//! A server may need some time for each message; it serves one after the other.
//!
//! Everything here belongs to one participant: its uplink changes when it sends, its downlink when something arrives.
//! The kernel turns the times into events: when the uplink is free again, an event of the sender; when a block has come
//! through the network, an event of the receiver, which finds out when its downlink is done with it: another event.

use std::collections::VecDeque;

use super::peer::PeerId;
use super::time::{Span, Time};

/// What is sent at a time to one destination, in bytes.
pub(super) const BLOCK: u32 = 16 << 10;
/// Messages below this size, in bytes, do not wait behind blocks: they fit into one packet.
pub(super) const SMALL: u32 = 1500;

/// What one participant's link can do.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Access {
    /// Bits per second that it can send; 0 for no limit.
    pub(super) up: u64,
    /// Bits per second that it can receive; 0 for no limit.
    pub(super) down: u64,
    /// The time that it takes to serve one message.
    pub(super) service: Span,
}

/// A block on its way, or the whole of a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gone<T> {
    pub(super) to: PeerId,
    pub(super) bytes: u32,
    /// When its last bit has left.
    pub(super) at: Time,
    /// The message whose last block this is; `None` if more of it is to come.
    pub(super) what: Option<T>,
}

/// What comes of a turn of the uplink.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Turn<T> {
    /// What goes now.
    pub(super) gone: Option<Gone<T>>,
    /// When [`Links::next`] wants to be called for this participant; `None` if a call is due already, or none is needed.
    pub(super) wake: Option<Time>,
}

/// The links of all participants, with what waits to be sent.
#[derive(Debug)]
pub(super) struct Links<T> {
    costs: Vec<Cost>,
    uplinks: Vec<Uplink>,
    /// By participant: until when its downlink is busy, in nanoseconds.
    downlinks: Vec<u64>,
    /// What waits on all uplinks, chained by destination.
    waiting: Vec<Waiting<T>>,
    /// The first free place in `waiting`.
    free: u32,
}

/// Nanoseconds per byte, times 2^20, and the service time in nanoseconds; 0 for no limit.
#[derive(Clone, Copy, Debug)]
struct Cost {
    up: u64,
    down: u64,
    service: u64,
}

#[derive(Debug, Default)]
struct Uplink {
    /// Until when everything sent so far takes, small messages included; nanoseconds.
    busy: u64,
    /// When the last block will have left.
    done: u64,
    /// When the last small message will have left.
    small: u64,
    /// A call of `next` is due.
    waking: bool,
    /// The destinations that something waits for, in the order of their turns.
    lanes: VecDeque<Lane>,
}

/// What waits for one destination: a chain in `waiting`, never empty.
#[derive(Clone, Copy, Debug)]
struct Lane {
    to: PeerId,
    head: u32,
    tail: u32,
}

#[derive(Debug)]
struct Waiting<T> {
    what: Option<T>,
    /// Bytes still to be sent.
    left: u32,
    next: u32,
}

const NONE: u32 = u32::MAX;
const FRACTION: u32 = 20;

/// What a byte takes at `rate` bits per second, rounded up so that no rate is exceeded.
fn cost(rate: u64) -> u64 {
    if rate == 0 { 0 } else { (8_000_000_000u64 << FRACTION).div_ceil(rate) }
}

fn nanos(bytes: u32, cost: u64) -> u64 {
    let exact = u128::from(bytes) * u128::from(cost);
    u64::try_from(exact.div_ceil(1 << FRACTION)).unwrap_or(u64::MAX)
}

impl<T> Links<T> {
    /// The links of participants 0, 1, 2, …; `None` if none of them has a limit.
    pub(super) fn new(all: impl Iterator<Item = Access>) -> Option<Links<T>> {
        let price = |access: Access| {
            let Access { up, down, service } = access;
            Cost { up: cost(up), down: cost(down), service: service.nanos() }
        };
        let costs: Vec<Cost> = all.map(price).collect();
        let limited = costs.iter().any(|cost| cost.up | cost.down | cost.service != 0);
        limited.then(|| Links {
            uplinks: costs.iter().map(|_| Uplink::default()).collect(),
            downlinks: vec![0; costs.len()],
            costs,
            waiting: Vec::new(),
            free: NONE,
        })
    }

    /// Sends `what`, of `size` bytes: it goes now, or it waits.
    pub(super) fn send(&mut self, from: u32, to: PeerId, size: u32, now: Time, what: T) -> Turn<T> {
        let cost = self.costs[from as usize].up;
        let link = &mut self.uplinks[from as usize];
        let now_nanos = now.nanos();
        if cost == 0 {
            return Turn { gone: Some(Gone { to, bytes: size, at: now, what: Some(what) }), wake: None };
        }
        if size < SMALL {
            let took = nanos(size, cost);
            link.small = link.small.max(now_nanos).saturating_add(took);
            link.busy = link.busy.max(now_nanos).saturating_add(took);
            let at = Time(link.small);
            return Turn { gone: Some(Gone { to, bytes: size, at, what: Some(what) }), wake: None };
        }
        let idle = link.lanes.is_empty() && now_nanos >= link.done;
        if idle && size <= BLOCK + SMALL {
            let at = link.take(size, cost, now_nanos);
            return Turn { gone: Some(Gone { to, bytes: size, at, what: Some(what) }), wake: None };
        }
        self.queue(from, to, size, what);
        let link = &mut self.uplinks[from as usize];
        if idle {
            return self.serve(from, now_nanos);
        }
        let wake = (!std::mem::replace(&mut link.waking, true)).then_some(Time(link.done));
        Turn { gone: None, wake }
    }

    /// The uplink of `from` is free, as far as the caller knows: the next block goes.
    pub(super) fn next(&mut self, from: u32, now: Time) -> Turn<T> {
        let link = &mut self.uplinks[from as usize];
        link.waking = false;
        if link.lanes.is_empty() {
            return Turn { gone: None, wake: None };
        }
        if now.nanos() < link.done {
            // What was waited for has been withdrawn, and something else sent since.
            link.waking = true;
            return Turn { gone: None, wake: Some(Time(link.done)) };
        }
        self.serve(from, now.nanos())
    }

    /// Sends a block to the destination whose turn it is.
    fn serve(&mut self, from: u32, now: u64) -> Turn<T> {
        let cost = self.costs[from as usize].up;
        let link = &mut self.uplinks[from as usize];
        let Some(lane) = link.lanes.pop_front() else { return Turn { gone: None, wake: None } };
        let first = &mut self.waiting[lane.head as usize];
        // The headers of a block travel with it.
        let bytes = if first.left <= BLOCK + SMALL { first.left } else { BLOCK };
        first.left -= bytes;
        let over = first.left == 0;
        let next = if over { first.next } else { lane.head };
        if next != NONE {
            link.lanes.push_back(Lane { head: next, ..lane });
        }
        let at = link.take(bytes, cost, now);
        let rewake = !link.lanes.is_empty() && !link.waking;
        link.waking |= rewake;
        let what = if over { self.release(lane.head) } else { None };
        Turn { gone: Some(Gone { to: lane.to, bytes, at, what }), wake: rewake.then_some(at) }
    }

    fn queue(&mut self, from: u32, to: PeerId, size: u32, what: T) {
        let waiting = Waiting { what: Some(what), left: size, next: NONE };
        let place = if self.free == NONE {
            self.waiting.push(waiting);
            self.waiting.len() as u32 - 1
        } else {
            let place = self.free;
            self.free = self.waiting[place as usize].next;
            self.waiting[place as usize] = waiting;
            place
        };
        let lanes = &mut self.uplinks[from as usize].lanes;
        match lanes.iter_mut().find(|lane| lane.to == to) {
            Some(lane) => {
                self.waiting[lane.tail as usize].next = place;
                lane.tail = place;
            }
            None => lanes.push_back(Lane { to, head: place, tail: place }),
        }
    }

    fn release(&mut self, place: u32) -> Option<T> {
        let slot = &mut self.waiting[place as usize];
        slot.next = self.free;
        self.free = place;
        slot.what.take()
    }

    /// Takes back what waits to be sent to `to` and is `unwanted`. A block that is being sent goes on.
    pub(super) fn withdraw(&mut self, from: u32, to: PeerId, unwanted: impl Fn(&T) -> bool) -> Vec<T> {
        let lanes = &mut self.uplinks[from as usize].lanes;
        let Some(place) = lanes.iter().position(|lane| lane.to == to) else { return Vec::new() };
        let lane = lanes[place];
        let mut withdrawn = Vec::new();
        let (mut at, mut kept) = (lane.head, Lane { to, head: NONE, tail: NONE });
        while at != NONE {
            let next = self.waiting[at as usize].next;
            if self.waiting[at as usize].what.as_ref().is_some_and(&unwanted) {
                withdrawn.extend(self.release(at));
            } else {
                self.waiting[at as usize].next = NONE;
                match kept.tail {
                    NONE => kept.head = at,
                    tail => self.waiting[tail as usize].next = at,
                }
                kept.tail = at;
            }
            at = next;
        }
        let lanes = &mut self.uplinks[from as usize].lanes;
        if kept.head == NONE {
            lanes.remove(place);
        } else {
            lanes[place] = kept;
        }
        withdrawn
    }

    /// `from` goes offline: what waits is never sent. Events that were due for it are not.
    pub(super) fn clear(&mut self, from: u32) -> Vec<T> {
        let mut gone = Vec::new();
        while let Some(lane) = self.uplinks[from as usize].lanes.front() {
            let to = lane.to;
            gone.extend(self.withdraw(from, to, |_| true));
        }
        let link = &mut self.uplinks[from as usize];
        link.waking = false;
        // Its next session finds the link free. Small messages that had been sent are on their way.
        (link.busy, link.done, link.small) = (0, 0, 0);
        self.downlinks[from as usize] = 0;
        gone
    }

    /// Whether what comes to `to` takes its turn there: if not, it is delivered when it has been received.
    #[inline]
    pub(super) fn waits(&self, to: u32, size: u32) -> bool {
        let cost = self.costs[to as usize];
        cost.service != 0 || cost.down != 0 && size >= SMALL
    }

    /// How long `to` takes at least to receive and serve `bytes`.
    #[inline]
    pub(super) fn reception(&self, to: u32, bytes: u32) -> Span {
        let cost = self.costs[to as usize];
        if cost.down == 0 {
            Span(cost.service)
        } else {
            Span(nanos(bytes, cost.down).saturating_add(cost.service))
        }
    }

    /// Bytes of the block that brings a message of `size` bytes from `from`.
    pub(super) fn last_block(&self, from: u32, size: u32) -> u32 {
        let whole = self.costs[from as usize].up == 0 || size <= BLOCK + SMALL;
        if whole { size } else { size - (size - BLOCK - SMALL).div_ceil(BLOCK) * BLOCK }
    }

    /// A block that [`waits`](Self::waits) has come to the downlink of `to`, after all that came before `now`: when it is
    /// through.
    pub(super) fn receive(&mut self, to: u32, bytes: u32, now: Time) -> Time {
        let took = self.reception(to, bytes).nanos();
        let free = &mut self.downlinks[to as usize];
        *free = now.nanos().max(*free).saturating_add(took);
        Time(*free)
    }

    /// A small message has come to `to`, which did not wait: the blocks that come after it do, a little.
    #[inline]
    pub(super) fn receive_small(&mut self, to: u32, bytes: u32, now: Time) {
        let cost = self.costs[to as usize];
        if cost.down != 0 {
            let free = &mut self.downlinks[to as usize];
            *free = now.nanos().max(free.saturating_add(nanos(bytes, cost.down)));
        }
    }

    /// Visits what waits on all uplinks.
    pub(super) fn for_each_waiting(&self, mut visit: impl FnMut(&T)) {
        self.waiting.iter().filter_map(|slot| slot.what.as_ref()).for_each(&mut visit);
    }
}

impl Uplink {
    /// Reserves the link for a block; says when its last bit has left.
    fn take(&mut self, bytes: u32, cost: u64, now: u64) -> Time {
        self.done = self.busy.max(now).saturating_add(nanos(bytes, cost));
        self.busy = self.done;
        Time(self.done)
    }
}

#[cfg(test)]
#[path = "links_tests.rs"]
mod tests;
