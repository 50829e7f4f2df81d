//! Links on their own: turns, rates, withdrawals; and against a plain model.

use proptest::prelude::*;

use super::*;

const A: PeerId = PeerId::new(1);
const B: PeerId = PeerId::new(2);
const MBIT: u64 = 1_000_000;

/// A sender with 1 Mbit/s up and everyone else as given.
fn links(down: u64) -> Links<u32> {
    let sender = Access { up: MBIT, ..Access::default() };
    let receiver = Access { down, ..Access::default() };
    Links::new([sender, receiver, receiver].into_iter()).expect("there is a limit")
}

fn ms(ms: u64) -> Time {
    Time(ms * 1_000_000)
}

/// Calls `next` whenever it is asked for; what goes, in order.
fn drain(links: &mut Links<u32>, mut wake: Option<Time>) -> Vec<(PeerId, u32, Time, Option<u32>)> {
    let mut all = Vec::new();
    while let Some(at) = wake {
        let turn = links.next(0, at);
        all.extend(turn.gone.map(|gone| (gone.to, gone.bytes, gone.at, gone.what)));
        wake = turn.wake;
    }
    all
}

#[test]
fn without_limits_there_are_no_links() {
    assert!(Links::<u32>::new([Access::default(); 3].into_iter()).is_none());
}

/// 12,500 bytes take 100 ms at 1 Mbit/s.
#[test]
fn a_block_takes_its_size_over_the_rate() {
    let mut links = links(0);
    let turn = links.send(0, A, 12_500, ms(5), 7);
    assert_eq!(
        turn,
        Turn { gone: Some(Gone { to: A, bytes: 12_500, at: ms(105), what: Some(7) }), wake: None }
    );
    // The second waits for the first.
    let turn = links.send(0, A, 12_500, ms(6), 8);
    assert_eq!(turn, Turn { gone: None, wake: Some(ms(105)) });
    assert_eq!(links.send(0, A, 12_500, ms(7), 9).wake, None, "it is due already");
    let sent = drain(&mut links, Some(ms(105)));
    assert_eq!(sent, [(A, 12_500, ms(205), Some(8)), (A, 12_500, ms(305), Some(9))]);
    // Idle since: it goes at once.
    assert_eq!(links.send(0, A, 12_500, ms(1000), 1).gone.unwrap().at, ms(1100));
}

#[test]
fn destinations_take_turns_block_by_block() {
    let mut links = links(0);
    // 40,000 bytes: two blocks of 16 KiB and a rest.
    let first = links.send(0, A, 40_000, ms(0), 1);
    assert_eq!((first.gone.as_ref().unwrap().bytes, first.gone.unwrap().what), (BLOCK, None));
    assert_eq!(links.send(0, B, 16_397, ms(1), 2), Turn { gone: None, wake: None });
    assert_eq!(links.send(0, B, 16_397, ms(1), 3), Turn { gone: None, wake: None });
    let sent = drain(&mut links, first.wake);
    let order: Vec<_> = sent.iter().map(|&(to, bytes, _, what)| (to, bytes, what)).collect();
    let rest = 40_000 - 2 * BLOCK;
    assert_eq!(
        order,
        [(A, BLOCK, None), (B, 16_397, Some(2)), (A, rest, Some(1)), (B, 16_397, Some(3))],
        "a message with its header is one block"
    );
    let last = sent.last().unwrap().2;
    assert_eq!(last, Time((40_000 + 2 * 16_397) * 8000), "and no time is lost");
    let (whole, of_two) = (links.last_block(0, 16_397), links.last_block(0, 2 * BLOCK));
    assert_eq!(
        (whole, of_two, links.last_block(0, 40_000), links.last_block(1, 40_000)),
        (16_397, BLOCK, rest, 40_000)
    );
}

#[test]
fn small_messages_do_not_wait_but_use_rate() {
    let mut links = links(0);
    assert_eq!(links.send(0, A, 12_500, ms(0), 1).gone.unwrap().at, ms(100));
    let wake = links.send(0, A, 12_500, ms(0), 2).wake;
    // 1,250 bytes take 10 ms; the second of them waits for the first.
    assert_eq!(links.send(0, B, 1_250, ms(50), 3).gone.unwrap().at, ms(60));
    assert_eq!(links.send(0, B, 1_250, ms(50), 4).gone.unwrap().at, ms(70));
    assert_eq!(drain(&mut links, wake), [(A, 12_500, ms(220), Some(2))], "20 ms later for them");
}

#[test]
fn what_waits_can_be_withdrawn() {
    let mut links = links(0);
    let mut wake = None;
    for what in 0..4 {
        wake = links.send(0, A, 12_500, ms(0), what).wake.or(wake);
    }
    links.send(0, B, 12_500, ms(0), 9);
    assert_eq!(links.withdraw(0, A, |&what| what == 2), [2]);
    assert_eq!(links.withdraw(0, A, |_| true), [1, 3], "the first is on the wire");
    assert!(links.withdraw(0, A, |_| true).is_empty());
    assert_eq!(drain(&mut links, wake), [(B, 12_500, ms(200), Some(9))]);
    links.send(0, A, 12_500, ms(300), 5);
    links.send(0, B, 12_500, ms(300), 6);
    assert_eq!(links.clear(0), [6]);
    let mut waiting = 0;
    links.for_each_waiting(|_| waiting += 1);
    assert_eq!(waiting, 0);
}

/// A call that is due for what has been withdrawn finds the link busy with something else.
#[test]
fn a_stale_call_waits_again() {
    let mut links = links(0);
    links.send(0, A, 12_500, ms(0), 1);
    assert_eq!(links.send(0, A, 12_500, ms(0), 2).wake, Some(ms(100)));
    links.withdraw(0, A, |_| true);
    assert_eq!(links.send(0, B, 12_500, ms(100), 3).gone.unwrap().at, ms(200));
    assert_eq!(links.send(0, B, 12_500, ms(100), 4).wake, None, "one is due");
    assert_eq!(links.next(0, ms(100)), Turn { gone: None, wake: Some(ms(200)) });
    assert_eq!(drain(&mut links, Some(ms(200))), [(B, 12_500, ms(300), Some(4))]);
}

#[test]
fn the_downlink_takes_one_after_the_other() {
    let mut links = links(MBIT);
    assert!(links.waits(1, 12_500) && !links.waits(1, 500) && !links.waits(0, 12_500));
    assert_eq!(links.reception(1, 12_500), Span::millis(100));
    assert_eq!(links.receive(1, 12_500, ms(0)), ms(100));
    assert_eq!(links.receive(1, 12_500, ms(30)), ms(200));
    links.receive_small(1, 1_250, ms(150));
    assert_eq!(links.receive(1, 12_500, ms(190)), ms(310), "10 ms for the small one");
    assert_eq!(links.receive(1, 12_500, ms(800)), ms(900));
}

/// A short block that comes while a long one is received waits for it, and no time is lost.
#[test]
fn the_downlink_takes_blocks_as_they_come() {
    let mut links = links(MBIT);
    assert_eq!(links.receive(1, 12_500, ms(0)), ms(100));
    assert_eq!(links.receive(1, 2_500, ms(10)), ms(120));
}

/// What is being received is not put off by a small message.
#[test]
fn a_small_message_takes_no_more_than_its_own_time() {
    let mut links = links(MBIT);
    assert_eq!(links.receive(1, 12_500, ms(0)), ms(100));
    links.receive_small(1, 125, ms(50));
    assert_eq!(links.receive(1, 12_500, ms(60)), ms(201), "1 ms for the small one");
}

#[test]
fn a_server_serves_one_message_after_the_other() {
    let server = Access { service: Span::millis(5), ..Access::default() };
    let mut links: Links<u32> = Links::new([server].into_iter()).unwrap();
    assert!(links.waits(0, 40));
    assert_eq!(links.reception(0, 40), Span::millis(5));
    assert_eq!(links.receive(0, 40, ms(0)), ms(5));
    assert_eq!(links.receive(0, 40, ms(1)), ms(10));
    assert_eq!(links.receive(0, 40, ms(1)), ms(15));
}

proptest! {
    /// Whatever is sent: everything goes once or is withdrawn, in order for each destination; blocks never overlap; and
    /// up to any instant no more bytes have left than the rate allows, but for small messages that go ahead of a block.
    #[test]
    fn nothing_gets_lost_and_no_rate_is_exceeded(
        sizes in prop::collection::vec((0u64..400, 1u32..60_000, 0u8..3, prop::bool::weighted(0.1)), 1..60),
    ) {
        let mut links = links(0);
        let (mut now, mut wake, mut gone, mut withdrawn) = (0u64, None::<Time>, Vec::new(), Vec::new());
        let mut step = |links: &mut Links<u32>, until: Option<u64>, wake: &mut Option<Time>| {
            while let Some(at) = wake.filter(|at| until.is_none_or(|until| at.nanos() <= until)) {
                let turn = links.next(0, at);
                gone.extend(turn.gone);
                *wake = turn.wake;
            }
        };
        let mut sent = Vec::new();
        for (number, &(gap, size, to, withdraw)) in sizes.iter().enumerate() {
            now += gap * 1_000_000;
            step(&mut links, Some(now), &mut wake);
            let to = PeerId::new(u32::from(to));
            if withdraw {
                withdrawn.extend(links.withdraw(0, to, |_| true));
            }
            let turn = links.send(0, to, size, Time(now), number as u32);
            sent.extend(turn.gone);
            prop_assert!(wake.is_none() || turn.wake.is_none());
            wake = wake.or(turn.wake);
        }
        step(&mut links, None, &mut wake);
        gone.extend(sent);
        gone.sort_by_key(|gone| gone.at);
        let mut whole: Vec<u32> = gone.iter().filter_map(|gone| gone.what).chain(withdrawn.iter().copied()).collect();
        whole.sort_unstable();
        prop_assert_eq!(whole, (0..sizes.len() as u32).collect::<Vec<_>>());
        let small = |size: u32| size < SMALL;
        for to in 0..3 {
            for is_small in [false, true] {
                let sizes = &sizes;
                let there = gone.iter().filter(|gone| gone.to.number() == to).filter_map(|gone| gone.what);
                let numbers: Vec<u32> = there.filter(|&what| small(sizes[what as usize].1) == is_small).collect();
                prop_assert!(numbers.is_sorted());
            }
        }
        let smalls: u64 = gone.iter().filter(|gone| small(gone.bytes)).map(|gone| u64::from(gone.bytes)).sum();
        let mut bytes = 0;
        for gone in &gone {
            bytes += u64::from(gone.bytes);
            prop_assert!(bytes * 8000 <= gone.at.nanos() + smalls * 8000);
        }
        let blocks: Vec<_> = gone.iter().filter(|gone| !small(gone.bytes)).collect();
        for pair in blocks.windows(2) {
            prop_assert!(pair[1].at.nanos() >= pair[0].at.nanos() + u64::from(pair[1].bytes) * 8000);
        }
    }
}
