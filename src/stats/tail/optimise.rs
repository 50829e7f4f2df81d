//! Minima of smooth functions of two variables.

/// The least of `f` near one of `starts`, by Nelder and Mead's simplex (Computer Journal 7 (1965) 308), begun again
/// from its own result until that helps no more; steps begin at `step`. A NaN counts as infinitely bad.
///
/// # Panics
///
/// Without a start.
pub(super) fn least(f: impl Fn([f64; 2]) -> f64, starts: &[[f64; 2]], step: f64) -> ([f64; 2], f64) {
    let f = |at: [f64; 2]| {
        let value = f(at);
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let mut best: Option<([f64; 2], f64)> = None;
    for &start in starts {
        let mut found = (start, f(start));
        for round in 0..6 {
            let before = found.1;
            // Another orientation each time: a simplex may have collapsed along one line.
            let step = if round % 2 == 0 { step } else { -0.3 * step };
            found = simplex(&f, found, step);
            if before - found.1 <= 1e-12 * found.1.abs() {
                break;
            }
        }
        if best.is_none_or(|(_, value)| found.1 < value) {
            best = Some(found);
        }
    }
    best.expect("a start is given")
}

fn simplex(f: &impl Fn([f64; 2]) -> f64, (start, value): ([f64; 2], f64), step: f64) -> ([f64; 2], f64) {
    let shifted = |dx: f64, dy: f64| {
        let at = [start[0] + dx, start[1] + dy];
        (at, f(at))
    };
    let mut corners = [(start, value), shifted(step, 0.0), shifted(0.0, step)];
    for _ in 0..500 {
        corners.sort_by(|a, b| a.1.total_cmp(&b.1));
        let [best, middle, worst] = corners;
        let size = corners[1..]
            .iter()
            .map(|(at, _)| (at[0] - best.0[0]).abs().max((at[1] - best.0[1]).abs()))
            .fold(0.0, f64::max);
        if worst.1 - best.1 <= 1e-14 * best.1.abs() && size < 1e-5 || size < 1e-10 {
            break;
        }
        let centre = [0.5 * (best.0[0] + middle.0[0]), 0.5 * (best.0[1] + middle.0[1])];
        let along = |share: f64| {
            let at = [0, 1].map(|i| centre[i] + share * (worst.0[i] - centre[i]));
            (at, f(at))
        };
        let reflected = along(-1.0);
        corners[2] = if reflected.1 < best.1 {
            let expanded = along(-2.0);
            if expanded.1 < reflected.1 { expanded } else { reflected }
        } else if reflected.1 < middle.1 {
            reflected
        } else {
            let contracted = if reflected.1 < worst.1 { along(-0.5) } else { along(0.5) };
            if contracted.1 < worst.1.min(reflected.1) {
                contracted
            } else {
                // Shrink towards the best corner.
                for corner in &mut corners[1..] {
                    let at = [0, 1].map(|i| 0.5 * (best.0[i] + corner.0[i]));
                    *corner = (at, f(at));
                }
                corners[2]
            }
        };
    }
    corners.sort_by(|a, b| a.1.total_cmp(&b.1));
    corners[0]
}
