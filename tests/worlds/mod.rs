//! What the suites share: worlds from a line of TOML, engines over them, and happenings written down by hand.

#![allow(dead_code, unused_imports, reason = "each suite uses its part")]

use peerlab::sim::{Director, Engine, Happening, ObjectId, PlannedLookup, Protocol, Span, Time, Violation};

pub use peerlab::conformance::{all_correct, directed, engine, engine_with, found, secs, world};

/// Runs on until the invariants hold, looking every second; says how long it took.
///
/// # Errors
/// What does not hold when `within` has passed.
pub fn regains<P: Protocol>(engine: &mut Engine<P>, within: Span) -> Result<Span, Violation> {
    let start = engine.now();
    loop {
        let held = engine.check_invariants();
        let passed = engine.now().since(start);
        match held {
            Ok(()) => return Ok(passed),
            Err(violation) if passed >= within => return Err(violation),
            Err(_) => engine.run_until(engine.now() + Span::secs(1)),
        }
    }
}

/// Lets another director have its way until `calm`; then everybody comes online and stays. Lookups go on.
pub struct ThenCalm {
    unrest: Box<dyn Director>,
    calm: Time,
    online: Vec<bool>,
    /// Who is still to come back, once it is calm.
    returning: Option<Vec<u32>>,
    next: Option<(Time, Happening)>,
}

impl ThenCalm {
    pub fn over(unrest: Box<dyn Director>, participants: u32, calm: Time) -> Box<dyn Director> {
        let online = (0..participants).map(|number| unrest.starts_online(number)).collect();
        let mut director = ThenCalm { unrest, calm, online, returning: None, next: None };
        director.next = director.draw();
        Box::new(director)
    }

    fn draw(&mut self) -> Option<(Time, Happening)> {
        loop {
            if let Some(number) = self.returning.as_mut().and_then(Vec::pop) {
                return Some((self.calm, Happening::Join(number)));
            }
            let time = self.unrest.next_time();
            if self.returning.is_none() && time > self.calm {
                let absent =
                    (0..self.online.len() as u32).rev().filter(|&number| !self.online[number as usize]);
                self.returning = Some(absent.collect());
                continue;
            }
            let happening = self.unrest.next()?;
            match happening {
                Happening::Part(_) | Happening::Heal(_) | Happening::Lookup(_) | Happening::Measure => {}
                Happening::Join(_)
                | Happening::Arrive(_)
                | Happening::Leave(_)
                | Happening::Crash(_)
                | Happening::Strike(_)
                    if self.returning.is_some() =>
                {
                    continue;
                }
                Happening::Join(number) | Happening::Arrive(number) => self.online[number as usize] = true,
                // Whom it strikes, only the engine knows: no world of these suites has such a fault.
                Happening::Strike(_) => unreachable!("a strike under a director that cannot follow it"),
                Happening::Leave(number) | Happening::Crash(number) => self.online[number as usize] = false,
            }
            return Some((time, happening));
        }
    }
}

impl Director for ThenCalm {
    fn starts_online(&self, number: u32) -> bool {
        self.unrest.starts_online(number)
    }

    fn next_time(&self) -> Time {
        self.next.map_or(Time::NEVER, |(time, _)| time)
    }

    fn next(&mut self) -> Option<Happening> {
        let next = self.next.take();
        self.next = self.draw();
        next.map(|(_, happening)| happening)
    }

    fn deadline(&self) -> Span {
        self.unrest.deadline()
    }

    fn end(&self) -> Time {
        self.unrest.end()
    }
}

/// What happens, written down in any order.
#[derive(Clone, Debug, Default)]
pub struct Script {
    happenings: Vec<(Time, Happening)>,
    offline: Vec<u32>,
    lookups: u32,
    end: Time,
}

impl Script {
    pub fn until(end: Time) -> Script {
        Script { end, ..Script::default() }
    }

    /// These peers start offline.
    pub fn without(mut self, peers: impl IntoIterator<Item = u32>) -> Script {
        self.offline.extend(peers);
        self
    }

    pub fn at(mut self, time: Time, happening: Happening) -> Script {
        self.happenings.push((time, happening));
        self
    }

    /// Lookups are numbered from 0, as they are written down.
    pub fn lookup(mut self, time: Time, origin: u32, object: u32) -> Script {
        let number = self.lookups;
        self.lookups += 1;
        let object = ObjectId::new(object);
        self.at(time, Happening::Lookup(PlannedLookup { number, origin, object, measured: true }))
    }

    pub fn ready(mut self) -> Box<dyn Director> {
        self.happenings.sort_by_key(|&(time, _)| std::cmp::Reverse(time));
        // Of those at one instant, the first one written comes first.
        self.happenings.chunk_by_mut(|a, b| a.0 == b.0).for_each(<[_]>::reverse);
        Box::new(self)
    }
}

impl Director for Script {
    fn starts_online(&self, number: u32) -> bool {
        !self.offline.contains(&number)
    }

    fn next_time(&self) -> Time {
        self.happenings.last().map_or(Time::NEVER, |&(time, _)| time)
    }

    fn next(&mut self) -> Option<Happening> {
        self.happenings.pop().map(|(_, happening)| happening)
    }

    fn deadline(&self) -> Span {
        Span::secs(60)
    }

    fn end(&self) -> Time {
        self.end
    }
}
