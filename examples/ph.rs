use peerlab::{bench::phold, sim::QueueKind};
fn main() {
    for pending in [1_000u32, 100_000, 1_000_000] {
        let ev = if pending >= 1_000_000 { 4_000_000 } else { 4_000_000 };
        for _ in 0..2 {
        let w = phold::run(pending, ev * 4, QueueKind::Wheel);
        let h = phold::run(pending, ev, QueueKind::Heap);
        println!("{pending:>9} wheel {:.1} M/s heap {:.2} M/s ratio {:.1}", w.per_second() / 1e6, h.per_second() / 1e6, w.per_second() / h.per_second());
        }
    }
    let w = phold::run(1000, 100_000, QueueKind::Wheel);
    let h = phold::run(1000, 100_000, QueueKind::Heap);
    assert_eq!(w.fingerprint, h.fingerprint);
}
