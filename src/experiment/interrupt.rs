//! Ctrl-C: the first asks to stop, the second insists.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::diagnostic::Diagnostic;

/// A handle on whether the user has asked to stop; clones share the request.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    requests: Arc<AtomicUsize>,
}

/// The exit code of a process that Ctrl-C ended, as shells have it: 128 + SIGINT.
pub const EXIT_CODE: i32 = 130;

impl Interrupt {
    /// A handle that only [`Interrupt::request`] triggers: for tests, and for callers with signals of their own.
    pub fn manual() -> Interrupt {
        Interrupt::default()
    }

    /// The process's handle on Ctrl-C (and SIGTERM, SIGHUP). The second request ends the process with [`EXIT_CODE`].
    ///
    /// Installing twice gives the same handle.
    ///
    /// # Errors
    ///
    /// The system, or another handler installed already, refuses.
    pub fn install() -> Result<Interrupt, Diagnostic> {
        static INSTALLED: OnceLock<Result<Interrupt, String>> = OnceLock::new();
        let installed = INSTALLED.get_or_init(|| {
            let interrupt = Interrupt::manual();
            let handle = interrupt.clone();
            let handler = move || {
                if handle.request() > 1 {
                    std::process::exit(EXIT_CODE);
                }
            };
            ctrlc::set_handler(handler).map(|()| interrupt).map_err(|error| error.to_string())
        });
        installed.clone().map_err(|error| Diagnostic::new(format!("cannot watch for Ctrl-C: {error}")))
    }

    /// Whether the user has asked to stop.
    pub fn requested(&self) -> bool {
        self.requests.load(Ordering::Relaxed) > 0
    }

    /// Asks to stop; returns how often that has been asked, this time included.
    pub fn request(&self) -> usize {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_request() {
        let interrupt = Interrupt::manual();
        let clone = interrupt.clone();
        assert!(!clone.requested());
        assert_eq!(interrupt.request(), 1);
        assert!(clone.requested());
        assert_eq!(clone.request(), 2);
        assert!(!Interrupt::manual().requested());
    }
}
