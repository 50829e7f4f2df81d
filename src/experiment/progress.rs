//! How far a sweep is: a bar with an estimate on a terminal, plain lines elsewhere, nothing if asked to be quiet.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The least time between two plain lines.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// Counts finished runs, from any thread, and tells the user on stderr.
pub struct Progress {
    shown: Shown,
}

enum Shown {
    Bar(ProgressBar),
    Lines(Mutex<Lines>),
    Nothing,
}

impl Progress {
    /// Starts to count to `total` runs, of which `done` were finished by an earlier process.
    ///
    /// Shows a bar if stderr is a terminal, else lines; nothing if `quiet`. `NO_COLOR` and dumb terminals are respected.
    pub fn start(total: u64, done: u64, quiet: bool) -> Progress {
        let shown = if quiet {
            Shown::Nothing
        } else if std::io::stderr().is_terminal() {
            Shown::Bar(bar(total, done))
        } else {
            Shown::Lines(Mutex::new(Lines::new(total, done, Box::new(std::io::stderr()))))
        };
        Progress { shown }
    }

    /// One run more is finished.
    pub fn tick(&self) {
        match &self.shown {
            Shown::Bar(bar) => bar.inc(1),
            Shown::Lines(lines) => lines.lock().unwrap_or_else(PoisonError::into_inner).tick(),
            Shown::Nothing => {}
        }
    }

    /// Tells the user something without disturbing the bar; not if quiet.
    pub fn note(&self, text: &str) {
        match &self.shown {
            Shown::Bar(bar) => bar.println(text),
            Shown::Lines(lines) => lines.lock().unwrap_or_else(PoisonError::into_inner).line(text),
            Shown::Nothing => {}
        }
    }

    /// Ends the display: a bar is cleared away. Dropping does the same.
    pub fn finish(self) {}
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: u64, done: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let template = "{bar:30} {pos}/{len} runs, {elapsed} gone, {eta} to go";
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_position(done);
    bar.reset_eta();
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}

/// Plain lines, not too many of them.
struct Lines {
    total: u64,
    done: u64,
    /// Runs that were finished before the clock started; they say nothing about speed.
    resumed: u64,
    started: Instant,
    last: Instant,
    out: Box<dyn Write + Send>,
}

impl Lines {
    fn new(total: u64, done: u64, out: Box<dyn Write + Send>) -> Lines {
        let now = Instant::now();
        Lines { total, done, resumed: done, started: now, last: now, out }
    }

    fn tick(&mut self) {
        self.done += 1;
        let now = Instant::now();
        if self.due(now) {
            self.last = now;
            let text = estimate(self.done, self.total, self.done - self.resumed, now - self.started);
            self.line(&text);
        }
    }

    /// The last run always gets its line, the others if the last line is old enough.
    fn due(&self, now: Instant) -> bool {
        self.done == self.total || now.saturating_duration_since(self.last) >= LINE_INTERVAL
    }

    fn line(&mut self, text: &str) {
        // A closed stderr is no reason to lose the results.
        let _ = writeln!(self.out, "{text}");
    }
}

/// "12/40 runs, 30 s gone, about 70 s to go", from the `timed` runs that took `elapsed`.
fn estimate(done: u64, total: u64, timed: u64, elapsed: Duration) -> String {
    let head = format!("{done}/{total} runs, {} gone", seconds(elapsed));
    let left = total.saturating_sub(done);
    if left == 0 || timed == 0 {
        return head;
    }
    let to_go = elapsed.mul_f64(left as f64 / timed as f64);
    format!("{head}, about {} to go", seconds(to_go))
}

/// Whole seconds, minutes from two on, hours from two on.
fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", (seconds + 30) / 60),
        seconds => format!("{:.1} h", seconds as f64 / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn estimates() {
        let secs = Duration::from_secs;
        assert_eq!(estimate(12, 40, 12, secs(30)), "12/40 runs, 30 s gone, about 70 s to go");
        assert_eq!(estimate(12, 40, 2, secs(30)), "12/40 runs, 30 s gone, about 7 min to go");
        assert_eq!(estimate(40, 40, 40, secs(9000)), "40/40 runs, 2.5 h gone");
        assert_eq!(estimate(5, 40, 0, secs(0)), "5/40 runs, 0 s gone");
    }

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_are_few_and_the_last_is_certain() {
        let buffer = Buffer::default();
        let lines = Lines::new(200, 0, Box::new(buffer.clone()));
        let progress = Progress { shown: Shown::Lines(Mutex::new(lines)) };
        progress.note("resuming");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..50).for_each(|_| progress.tick()));
            }
        });
        progress.finish();
        let text = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "resuming");
        assert!(lines.last().unwrap().starts_with("200/200 runs, "));
        assert!(lines.len() <= 3);
    }

    #[test]
    fn old_lines_are_followed() {
        let lines = Lines::new(10, 0, Box::new(std::io::sink()));
        assert!(!lines.due(lines.last + LINE_INTERVAL / 2));
        assert!(lines.due(lines.last + LINE_INTERVAL));
    }

    #[test]
    fn quiet_counts_silently() {
        let progress = Progress::start(1, 0, true);
        progress.tick();
        progress.note("nothing");
    }
}
