//! The kernel under PHOLD: the wheel against the standard library's binary heap, by pending events.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use peerlab::bench::phold;
use peerlab::sim::QueueKind;

const EVENTS: u64 = 1_000_000;

fn kernel(c: &mut Criterion) {
    let mut group = c.benchmark_group("phold");
    group.sample_size(10).throughput(Throughput::Elements(EVENTS));
    for pending in [1_000, 100_000, 1_000_000] {
        for (name, queue) in [("wheel", QueueKind::Wheel), ("heap", QueueKind::Heap)] {
            group.bench_with_input(BenchmarkId::new(name, pending), &pending, |b, &pending| {
                // Set-up is not part of the time, so the measurement times itself.
                b.iter_custom(|runs| {
                    let seconds = (0..runs).map(|_| {
                        let rate = phold::run(pending, EVENTS, queue);
                        rate.seconds * EVENTS as f64 / rate.events as f64
                    });
                    std::time::Duration::from_secs_f64(seconds.sum())
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, kernel);
criterion_main!(benches);
