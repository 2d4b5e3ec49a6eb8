//! An exchange under way: its attempts, on a thread of the network.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use tokio::sync::OwnedSemaphorePermit;

use crate::attempt::Line;
use crate::budget::Reservation;
use crate::model::Prepared;
use crate::provider::Problem;
use crate::retry::{self, Pace};
use crate::signal::Signal;
use crate::{Failure, Reply, Request};

/// An exchange that has ended, for the thread that asked.
pub(crate) struct Landed {
    /// Which of the thread's requests.
    pub(crate) index: usize,
    pub(crate) reply: Reply,
    /// With what all attempts used up.
    pub(crate) reservation: Reservation,
    /// The budget had no room for another attempt.
    pub(crate) out_of_budget: Option<String>,
}

/// Tells the thread that asked, also where the flight is lost.
pub(crate) struct Landing {
    pub(crate) index: usize,
    pub(crate) reservation: Option<Reservation>,
    pub(crate) sender: Sender<Landed>,
    pub(crate) signal: Arc<Signal>,
}

impl Landing {
    fn land(&mut self, reply: Reply, out_of_budget: Option<String>) {
        if let Some(reservation) = self.reservation.take() {
            // Nobody waits any more: then it is settled by being dropped.
            let _ = self.sender.send(Landed { index: self.index, reply, reservation, out_of_budget });
            self.signal.mark();
        }
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        let reason = "the exchange was lost within the gateway; this is a bug in proofhouse";
        self.land(Reply::Failed(Failure::Unavailable(reason.to_owned())), None);
    }
}

/// What a flight needs.
pub(crate) struct Flight {
    pub(crate) line: Arc<Line>,
    pub(crate) request: Request,
    pub(crate) prepared: Prepared,
    pub(crate) place: OwnedSemaphorePermit,
    pub(crate) pace: Pace,
    pub(crate) landing: Landing,
}

impl Flight {
    /// Attempts until there is an answer, a lasting problem, or no attempt left.
    pub(crate) async fn fly(self) {
        let Flight { line, request, prepared, place, pace, mut landing } = self;
        // It stays in the landing: whatever happens here, the one who asked gets it back.
        let Some(reservation) = &mut landing.reservation else { return };
        let mut place = Some(place);
        let mut failed = 0;
        let (reply, out_of_budget) = loop {
            let attempt = attempt(&line, &prepared, reservation).await;
            let reason = match attempt.result {
                Ok(answer) => break (answer.into_reply(&request, attempt.usage), None),
                Err(Problem::Reject(reason)) => break (Reply::Failed(Failure::Rejected(reason)), None),
                Err(Problem::Refuse(reason)) => break (Reply::Failed(Failure::Refused(reason)), None),
                Err(Problem::Retry(reason)) => reason,
            };
            failed += 1;
            if failed > line.model.config.retries {
                let times = if failed == 1 { "once".to_owned() } else { format!("{failed} times") };
                break (unavailable(format!("{reason} (tried {times})")), None);
            }
            // The place is for others while this one waits.
            place.take();
            landing.signal.mark();
            tokio::time::sleep(pace.delay(failed, attempt.asked, retry::chance())).await;
            if let Err(shortage) = reservation.renew().await {
                let reason = format!("{reason} (tried {failed} times; the budget has no room for another)");
                break (unavailable(reason), Some(shortage));
            }
            place = line.limits.place().await;
        };
        // The place is free only when the answer is where it is recorded: whoever gives up then does not lose it.
        landing.land(reply, out_of_budget);
        drop(place);
        landing.signal.mark();
    }
}

fn unavailable(reason: String) -> Reply {
    Reply::Failed(Failure::Unavailable(reason))
}

async fn attempt(line: &Line, prepared: &Prepared, reservation: &mut Reservation) -> crate::attempt::Attempt {
    let estimated = prepared.estimate.likely.tokens();
    line.limits.turn(estimated).await;
    reservation.sending();
    let attempt = line.attempt(prepared).await;
    line.limits.correct(estimated, attempt.cost.tokens());
    reservation.charge(attempt.cost);
    attempt
}
