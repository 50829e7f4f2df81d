mod worlds;
use peerlab::protocols::chord::Chord;
use worlds::*;
#[test]
fn tr() {
    let workload = "workload = { lookups = 500, rate = '5 /s', warm_up = '5 s', fetch = true }";
    let text = format!("overlay.graph.complete = {{}}\npopulation.free_riders = '20 %'\n{workload}");
    for seed in 1..4 {
    let mut e = engine::<Chord>(&world(&text, 60, seed));
    e.run_until(e.end());
    let o = e.finish();
    let Some(bad) = o.lookups.iter().find(|l| l.messages > 100) else { continue };
    println!("{bad:?}");
    let mut e = engine::<Chord>(&world(&text, 60, seed));
    let mut n = 0;
    e.trace(peerlab::sim::Trace::new(bad.number, move |t| { n += 1; if n < 40 { println!("{} {:?} {}->{} hops {} {}", t.time, t.happened, t.from, t.to, t.hops, t.message) } }));
    e.run_until(e.end());
    let obj = bad.object;
    let key = e.shared().key(obj);
    println!("key {key:?}");
    for p in e.online() { for n in e.peer(p.number()).nodes() { println!("{} {:?} pred {:?} succ {:?}", p, n.id(), n.predecessor(), n.successors().take(3).collect::<Vec<_>>()); } }
    return;
    }
}
