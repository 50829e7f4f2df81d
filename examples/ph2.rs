use peerlab::{bench::phold, sim::QueueKind};
fn main() {
    let n: u32 = std::env::args().nth(1).unwrap().parse().unwrap();
    let w = phold::run(n, 40_000_000, QueueKind::Wheel);
    println!("{:.1}", w.per_second() / 1e6);
}
