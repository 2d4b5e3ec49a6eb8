//! The threads that sandboxes run on.

use std::thread::{self, Scope, ScopedJoinHandle};

use crate::engine::THREAD_STACK_BYTES;
use crate::error::{Error, Result};

/// Runs `body` on a thread with a stack that is large enough for guest code.
///
/// # Errors
/// Where there is no thread to be had.
pub(crate) fn spawn_on_large_stack<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    body: impl FnOnce() -> T + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, T>> {
    thread::Builder::new()
        .name("sandbox".to_owned())
        .stack_size(THREAD_STACK_BYTES)
        .spawn_scoped(scope, body)
        .map_err(Error::Thread)
}

/// As [`spawn_on_large_stack`], waiting for it. A panic in `body` goes on here.
///
/// # Errors
/// Where there is no thread to be had.
pub(crate) fn on_large_stack<T: Send>(body: impl FnOnce() -> T + Send) -> Result<T> {
    thread::scope(|scope| match spawn_on_large_stack(scope, body)?.join() {
        Ok(value) => Ok(value),
        Err(panic) => std::panic::resume_unwind(panic),
    })
}
