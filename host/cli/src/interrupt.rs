//! Ctrl-C: the first finishes cleanly, the second ends the process at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proofhouse_sandbox::CancelToken;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::failure::{Failure, Result, Status};

/// Watches for Ctrl-C (and SIGTERM) from here on.
#[derive(Debug, Clone)]
pub struct Interrupt {
    token: CancelToken,
    asked: Arc<AtomicBool>,
}

impl Interrupt {
    /// Starts to watch.
    ///
    /// # Errors
    /// Where the system does not let signals be caught.
    pub fn watch() -> Result<Interrupt> {
        let unwatchable = |error| Failure::failed(format!("cannot watch for Ctrl-C: {error}"));
        let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(unwatchable)?;
        let interrupt = Interrupt { token: CancelToken::default(), asked: Arc::new(AtomicBool::new(false)) };
        let watcher = interrupt.clone();
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || {
                for _ in &mut signals {
                    if watcher.asked.swap(true, Ordering::SeqCst) {
                        // The ledger has every step; workers end with their lab.
                        std::process::exit(i32::from(Status::Interrupted.code()));
                    }
                    eprintln!("\nstopping: what is running is given up; once more to stop at once");
                    watcher.token.cancel();
                }
            })
            .map_err(unwatchable)?;
        Ok(interrupt)
    }

    /// What the lab looks at.
    pub fn token(&self) -> CancelToken {
        self.token.clone()
    }

    /// Has someone asked to stop?
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }
}
