//! Answers a plugin's requests, on its thread.
//!
//! The thread records and decides; the network's threads only send and read. So the journal is written in one place,
//! before a request is sent and after it has ended, and what was paid for is never lost: also where the budget ends in
//! the middle, every exchange in flight is waited for and recorded.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::task::AbortHandle;

use crate::Stopped;
use crate::attempt::Line;
use crate::budget::{Reservation, Shortage};
use crate::flight::{Flight, Landed, Landing};
use crate::gateway::Inner;
use crate::model::Prepared;
use crate::{
    Ended, ExchangeId, Failure, Journal, JournalError, Reply, Request, Scope, Source, Spend, Started,
};

/// How soon a cancellation is noticed.
const GLANCE: Duration = Duration::from_millis(20);

/// One call of `answer`.
pub(crate) struct Round<'a> {
    pub(crate) gateway: &'a Inner,
    pub(crate) journal: &'a dyn Journal,
    pub(crate) cancel: &'a Arc<AtomicBool>,
    requests: &'a [Request],
    ids: Vec<ExchangeId>,
    answers: Vec<Option<Ended>>,
    waiting: Vec<Waiting>,
    flying: HashMap<usize, Flying>,
    sender: Sender<Landed>,
    receiver: Receiver<Landed>,
    stop: Option<Stopped>,
}

/// A request that is to be sent.
struct Waiting {
    index: usize,
    line: Arc<Line>,
    /// None: it is in the air.
    prepared: Option<Prepared>,
}

struct Flying {
    /// In the journal.
    number: u64,
    abort: AbortHandle,
}

impl<'a> Round<'a> {
    pub(crate) fn new(
        gateway: &'a Inner,
        scope: &mut Scope,
        requests: &'a [Request],
        journal: &'a dyn Journal,
        cancel: &'a Arc<AtomicBool>,
    ) -> Round<'a> {
        let id = |request| scope.next(request, gateway.identity(request));
        let (sender, receiver) = mpsc::channel();
        Round {
            gateway,
            journal,
            cancel,
            requests,
            ids: requests.iter().map(id).collect(),
            answers: vec![None; requests.len()],
            waiting: Vec::new(),
            flying: HashMap::new(),
            sender,
            receiver,
            stop: None,
        }
    }

    /// The answers, in the order of the requests.
    pub(crate) fn run(mut self) -> Result<Vec<Ended>, Stopped> {
        for index in 0..self.requests.len() {
            self.without_network(index)?;
        }
        while self.goes_on() {
            let seen = self.gateway.signal.seen();
            while let Ok(landed) = self.receiver.try_recv() {
                self.landed(landed)?;
            }
            if self.cancel.load(Ordering::Acquire) {
                return Err(Stopped::Cancelled);
            }
            if !self.send_what_fits()? && self.goes_on() {
                self.gateway.signal.wait(seen, GLANCE);
            }
        }
        match self.stop.take() {
            Some(stop) => Err(stop),
            // Nothing is missing where nothing waits, flies or stopped.
            None => Ok(std::mem::take(&mut self.answers).into_iter().flatten().collect()),
        }
    }

    fn goes_on(&self) -> bool {
        !self.flying.is_empty() || (self.stop.is_none() && !self.waiting.is_empty())
    }

    /// Answers a request from what is known, or puts it among those to be sent.
    fn without_network(&mut self, index: usize) -> Result<(), Stopped> {
        let (id, request) = (&self.ids[index], &self.requests[index]);
        if let Some(end) = self.journal.find(id)? {
            self.gateway.had(id, request, &end)?;
            self.answers[index] = Some(end);
            return Ok(());
        }
        if let Some(replay) = &self.gateway.replay {
            let Some(end) = replay.find(id) else {
                return Err(Stopped::NotRecorded(format!(
                    "the recording has no answer to request {} of `{}`: the run does something else than the \
                     recorded one did; replay it with the same run file, plugins and version of proofhouse",
                    index + 1,
                    id.scope
                )));
            };
            let end = Ended { source: Source::Replay, ..end.clone() };
            return self.known(index, end);
        }
        let prepared = match self.gateway.line(request) {
            Ok(line) => line.model.prepare(request).map(|prepared| (Arc::clone(line), prepared)),
            Err(reason) => Err(reason),
        };
        match prepared {
            Err(reason) => {
                let reply = self.gateway.scrubber.reply(Reply::Failed(Failure::Rejected(reason)));
                self.known(index, Ended { reply, spend: Spend::default(), source: Source::Live })
            }
            Ok((line, prepared)) => {
                if let Some(reply) = self.gateway.cached(&line.model, id) {
                    let end = Ended { reply, spend: Spend::default(), source: Source::Cache };
                    return self.known(index, end);
                }
                self.waiting.push(Waiting { index, line, prepared: Some(prepared) });
                Ok(())
            }
        }
    }

    /// Records an answer that needs no network.
    fn known(&mut self, index: usize, end: Ended) -> Result<(), Stopped> {
        let number = self.started(index, Spend::default())?;
        self.record(index, number, &end)?;
        self.answers[index] = Some(end);
        Ok(())
    }

    /// Sends every waiting request that has a place and room in the budget. True where there was one.
    fn send_what_fits(&mut self) -> Result<bool, Stopped> {
        let mut waiting = std::mem::take(&mut self.waiting);
        let mut full: Vec<*const Line> = Vec::new();
        let mut sent = false;
        for one in &mut waiting {
            // A model that has no place for one has none for the next.
            let line = Arc::as_ptr(&one.line);
            if self.stop.is_some() || full.contains(&line) {
                continue;
            }
            let Some(place) = one.line.limits.place_now() else {
                full.push(line);
                continue;
            };
            let Some(prepared) = one.prepared.take() else { continue };
            match self.gateway.budget.reserve(prepared.estimate) {
                Ok(reservation) => {
                    self.send(one, prepared, place, reservation)?;
                    sent = true;
                }
                Err(shortage) => {
                    one.prepared = Some(prepared);
                    if let Shortage::ForGood(text) = shortage {
                        self.stop = Some(Stopped::Budget(text));
                    }
                    // In order: a small one does not overtake a large one for ever.
                    break;
                }
            }
        }
        waiting.retain(|one| one.prepared.is_some());
        self.waiting = waiting;
        Ok(sent)
    }

    fn send(
        &mut self,
        one: &Waiting,
        prepared: Prepared,
        place: OwnedSemaphorePermit,
        reservation: Reservation,
    ) -> Result<(), Stopped> {
        let index = one.index;
        let number = self.started(index, reservation.estimate().worst)?;
        let landing = Landing {
            index,
            reservation: Some(reservation),
            sender: self.sender.clone(),
            signal: Arc::clone(&self.gateway.signal),
        };
        let flight = Flight {
            line: Arc::clone(&one.line),
            request: self.requests[index].clone(),
            prepared,
            place,
            pace: self.gateway.pace,
            landing,
        };
        let abort = self.gateway.spawn(flight.fly())?;
        self.flying.insert(index, Flying { number, abort });
        Ok(())
    }

    /// An exchange has ended: it is recorded, and then settled.
    fn landed(&mut self, landed: Landed) -> Result<(), Stopped> {
        let Landed { index, reply, reservation, out_of_budget } = landed;
        let Some(flying) = self.flying.remove(&index) else { return Ok(()) };
        let reply = self.gateway.scrubber.reply(reply);
        let end = Ended { reply, spend: reservation.used(), source: Source::Live };
        self.gateway.keep(self.requests[index].model(), &self.ids[index], &end.reply);
        self.record(index, flying.number, &end)?;
        reservation.settle();
        if let Some(text) = out_of_budget {
            self.stop.get_or_insert(Stopped::Budget(text));
        }
        self.answers[index] = Some(end);
        Ok(())
    }

    fn started(&self, index: usize, reserved: Spend) -> Result<u64, JournalError> {
        let (id, request) = (&self.ids[index], &self.requests[index]);
        self.journal.started(Started { id, request, reserved })
    }

    fn record(&self, index: usize, number: u64, end: &Ended) -> Result<(), JournalError> {
        // The recording first: what the journal has is never asked for again.
        self.gateway.recorded(&self.ids[index], &self.requests[index], end)?;
        self.journal.ended(number, end)
    }
}

impl Drop for Round<'_> {
    /// Where the thread stops waiting, what is in flight is given up.
    fn drop(&mut self) {
        for flying in self.flying.values() {
            flying.abort.abort();
        }
    }
}
