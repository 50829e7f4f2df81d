//! Whole protocols on static networks, by size: a message is one element.

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use peerlab::bench::whole;

fn protocols(c: &mut Criterion) {
    let mut group = c.benchmark_group("messages");
    group.sample_size(10).throughput(Throughput::Elements(1));
    for peers in [1_000, 100_000] {
        for (name, measure) in [("chord", whole::chord as fn(u32) -> _), ("flood", whole::flood)] {
            group.bench_with_input(BenchmarkId::new(name, peers), &peers, |b, &peers| {
                b.iter_custom(|messages| {
                    let measured: whole::Measurement = measure(peers).expect("the workload fits any size");
                    Duration::from_secs_f64(messages as f64 / measured.per_second())
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, protocols);
criterion_main!(benches);
