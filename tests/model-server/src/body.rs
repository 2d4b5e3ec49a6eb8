//! Bodies in pieces, with everything that can go wrong.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame};

/// What follows the last piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The body's end.
    Proper,
    /// The connection breaks.
    Broken,
    /// Nothing, ever.
    Silence,
    /// The last piece, again and again.
    Repeated,
}

/// A body. As long as it lasts, its request is in flight.
pub(crate) struct Pieces {
    pieces: VecDeque<Bytes>,
    end: End,
    _in_flight: InFlight,
}

impl Pieces {
    pub(crate) fn new(pieces: impl IntoIterator<Item = Bytes>, end: End, in_flight: InFlight) -> Pieces {
        Pieces { pieces: pieces.into_iter().collect(), end, _in_flight: in_flight }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.end == End::Repeated && self.pieces.len() == 1 {
            return Poll::Ready(self.pieces.front().cloned().map(|piece| Ok(Frame::data(piece))));
        }
        match (self.pieces.pop_front(), self.end) {
            (Some(piece), _) => Poll::Ready(Some(Ok(Frame::data(piece)))),
            (None, End::Proper | End::Repeated) => Poll::Ready(None),
            (None, End::Broken) => Poll::Ready(Some(Err(io::Error::other("broken as the script says")))),
            // Never woken: the body is dropped with its connection.
            (None, End::Silence) => Poll::Pending,
        }
    }
}

/// Counts itself while it lives.
pub(crate) struct InFlight {
    now: Arc<AtomicUsize>,
}

impl InFlight {
    pub(crate) fn new(now: &Arc<AtomicUsize>, most: &AtomicUsize) -> InFlight {
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        InFlight { now: Arc::clone(now) }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.now.fetch_sub(1, Ordering::SeqCst);
    }
}
