//! Long work that ends on Ctrl-C and leaves nothing half-written.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::Failure;
use crate::experiment::diagnostic::Diagnostic;
use crate::experiment::interrupt::Interrupt;

/// Whether the work may be left where it is.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    /// Nothing of it is on a disk.
    Working,
    /// It looks after the request itself, and takes its file away.
    Writing,
    /// Ctrl-C came before it began to write.
    Over,
}

/// The work's handle on Ctrl-C.
#[derive(Clone)]
pub(super) struct Stop {
    interrupt: Interrupt,
    stage: Arc<Mutex<Stage>>,
}

impl Stop {
    /// Whether the user has asked to stop.
    pub(super) fn asked(&self) -> bool {
        self.interrupt.requested()
    }

    /// To be said before a file is made; from here on the work must ask by itself. `false`: it must not begin.
    pub(super) fn begin_writing(&self) -> bool {
        let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        if *stage == Stage::Working {
            *stage = Stage::Writing;
        }
        *stage == Stage::Writing
    }

    /// Whether the work can be left.
    fn leave(&self) -> bool {
        let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        if *stage == Stage::Working {
            *stage = Stage::Over;
        }
        *stage == Stage::Over
    }
}

/// Does `job` on a thread of its own, so that Ctrl-C ends the program at once; on a terminal, says `what` is being done if
/// it takes its time.
///
/// # Errors
/// Those of `job`, and [`Failure::Interrupted`].
pub(super) fn patiently<T: Send + 'static>(
    what: String,
    job: impl FnOnce(&Stop) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    const OFTEN: Duration = Duration::from_millis(20);
    let stop = Stop { interrupt: Interrupt::install()?, stage: Arc::new(Mutex::new(Stage::Working)) };
    let (sender, receiver) = channel();
    let handle = stop.clone();
    let worker = std::thread::spawn(move || {
        // Nobody listens any more only if the program is about to end.
        let _ = sender.send(job(&handle));
    });
    let started = Instant::now();
    let mut spinner = None;
    let result = loop {
        match receiver.recv_timeout(OFTEN) {
            Ok(result) => break result,
            Err(RecvTimeoutError::Disconnected) => match worker.join() {
                Ok(()) => break Err(Failure::User(Diagnostic::new("the work ended without a result"))),
                Err(panic) => std::panic::resume_unwind(panic),
            },
            Err(RecvTimeoutError::Timeout) if stop.asked() && stop.leave() => {
                break Err(Failure::Interrupted);
            }
            Err(RecvTimeoutError::Timeout) if spinner.is_none() && started.elapsed().as_millis() > 500 => {
                spinner = Some(spin(&what));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    };
    if let Some(spinner) = spinner {
        spinner.finish_and_clear();
    }
    result
}

/// Shown on a terminal only.
fn spin(what: &str) -> ProgressBar {
    let spinner = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let template = ProgressStyle::with_template("{spinner} {msg}, {elapsed} gone");
    spinner.set_style(template.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    spinner.set_message(what.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(250));
    spinner
}
