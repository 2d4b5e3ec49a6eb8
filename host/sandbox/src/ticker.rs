//! The clock that interrupts guest code.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use wasmtime::Engine;

use crate::error::{Error, Result};

/// Between two checks of a running guest.
pub(crate) const TICK: Duration = Duration::from_millis(5);

/// Moves the engine's epoch on, every [`TICK`], until the engine is gone. One per engine: the epoch is engine-wide, so
/// no store may be stopped by moving it; each store's own callback decides.
#[derive(Debug)]
pub(crate) struct Ticker {
    ticks: Arc<AtomicU64>,
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> Result<Ticker> {
        let ticks = Arc::new(AtomicU64::new(0));
        let (weak, counted) = (engine.weak(), ticks.clone());
        thread::Builder::new()
            .name("sandbox-ticker".to_owned())
            .spawn(move || {
                while let Some(engine) = weak.upgrade() {
                    engine.increment_epoch();
                    counted.fetch_add(1, Ordering::Relaxed);
                    drop(engine);
                    thread::sleep(TICK);
                }
            })
            .map_err(Error::Thread)?;
        Ok(Ticker { ticks })
    }

    /// Ticks since it was started.
    pub(crate) fn ticks(&self) -> u64 {
        self.ticks.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_while_the_engine_lives_and_lets_it_go() {
        let engine = crate::engine::hardened().unwrap();
        let weak = engine.weak();
        let ticker = Ticker::start(&engine).unwrap();
        let first = ticker.ticks();
        while ticker.ticks() < first + 3 {
            thread::yield_now();
        }
        drop(engine);
        while weak.upgrade().is_some() {
            thread::yield_now();
        }
    }
}
