mod apply;
mod autograd;
mod custom;
mod reverse;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::device::{Clock, DeviceModel};
use crate::error::{Code, Error, Result};
use crate::quota::{Account, Limits, Usage};
use crate::tape::{Edge, Released};
use crate::tensor::Tensor;
use crate::value::Value;

pub use reverse::{ReversePass, Root, Stop};

/// Sessions are numbered, so that a tensor is only used where it is charged.
static SESSIONS: AtomicU64 = AtomicU64::new(0);

/// Everything one sandbox computes: its device time, its memory, its record of operations. One thread uses it at
/// a time; it may move between threads.
///
/// Each method that makes a tensor is charged before it runs: device time, bytes, tensors, elements. What cannot be
/// paid for is an error with a `quota.*` code, and [`Session::exhausted`] remembers the first.
pub struct Session {
    id: u64,
    model: DeviceModel,
    account: Arc<Account>,
    clock: Clock,
    deadline: f64,
    cancel: Arc<AtomicBool>,
    exhausted: Option<Error>,
    recording: bool,
    released: Arc<Released>,
    next: u64,
    operations: u64,
    flops: f64,
}

impl Session {
    /// A session on `model` within `limits`, without a deadline, recording.
    pub fn new(model: DeviceModel, limits: Limits) -> Session {
        Session {
            id: SESSIONS.fetch_add(1, Ordering::Relaxed),
            model,
            account: Account::new(limits),
            clock: Clock::default(),
            deadline: f64::INFINITY,
            cancel: Arc::default(),
            exhausted: None,
            recording: true,
            released: Arc::default(),
            next: 0,
            operations: 0,
            flops: 0.0,
        }
    }

    /// Tells the clock how many instructions the guest has executed since the session began. Never goes back.
    pub fn set_instructions(&mut self, total: u64) {
        self.clock.set_instructions(total);
    }

    /// Device seconds since the session began: operations and guest instructions, by the cost model.
    pub fn elapsed_seconds(&self) -> f64 {
        self.clock.seconds(&self.model, 0)
    }

    /// The [`Session::elapsed_seconds`] that no operation may exceed.
    pub fn set_deadline(&mut self, seconds: f64) {
        self.deadline = seconds;
    }

    /// Lets `seconds` of device time pass in which nothing is done.
    ///
    /// # Errors
    /// `quota.device-time` where the deadline would pass; then no time has passed.
    pub fn wait(&mut self, seconds: f64) -> Result<()> {
        let picoseconds = (seconds * 1e12).ceil() as u64;
        let after = self.clock.seconds(&self.model, picoseconds);
        if after <= self.deadline {
            self.clock.advance(picoseconds);
            return Ok(());
        }
        let message = format!("waiting {seconds:.3} seconds would pass the deadline at {:.3}", self.deadline);
        self.note(Err(Error::new(Code::QuotaDeviceTime, message)))
    }

    /// What [`Session::set_deadline`] set; infinity at first.
    pub fn deadline_seconds(&self) -> f64 {
        self.deadline
    }

    /// Raising it makes every further operation an error, also between the steps of a reverse pass.
    pub fn cancel_token(&self) -> Arc<AtomicBool> {
        self.cancel.clone()
    }

    /// Listens to `token` instead.
    pub fn set_cancel(&mut self, token: Arc<AtomicBool>) {
        self.cancel = token;
    }

    /// The first quota that was spent, if any.
    pub fn exhausted(&self) -> Option<&Error> {
        self.exhausted.as_ref()
    }

    /// What was used so far.
    pub fn usage(&self) -> Usage {
        Usage {
            peak_tensor_bytes: self.account.peak(),
            tensor_bytes: self.account.bytes(),
            tensors: self.account.tensors(),
            operations: self.operations,
            flops: self.flops,
            device_seconds: self.elapsed_seconds(),
        }
    }

    /// The values of a tensor of any session, as a tensor of this one: cut from any record, charged here, its
    /// memory shared with the original. This is how tensors cross from sandbox to sandbox.
    ///
    /// # Errors
    /// `quota.tensor-memory`, `quota.tensors`, `quota.elements`; the whole buffer behind a view is charged.
    pub fn adopt(&mut self, tensor: &Tensor) -> Result<Tensor> {
        let value = tensor.value();
        if tensor.session() == self.id {
            return self.wrap(value);
        }
        let fits = self.check_elements("adopt", value.shape().elements());
        self.note(fits)?;
        let charge = self.charge(value.buffer_bytes())?;
        self.wrap(value.recharged(charge))
    }

    /// A tensor of this session around `value`, on no record.
    pub(crate) fn wrap(&mut self, value: Value) -> Result<Tensor> {
        self.wrap_recorded(value, None)
    }

    /// A tensor of this session around `value`, computed by what `edge` says.
    pub(crate) fn wrap_recorded(&mut self, value: Value, edge: Option<Edge>) -> Result<Tensor> {
        let place = self.account.place();
        let place = self.note(place)?;
        Ok(Tensor::new(self.id, value, edge, place))
    }

    /// Are operations recorded now? In a reverse pass: is the pass itself?
    pub(crate) fn is_recording(&self) -> bool {
        self.recording
    }

    /// Remembers the first spent quota.
    pub(crate) fn note<T>(&mut self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result
            && error.code.is_quota()
            && self.exhausted.is_none()
        {
            self.exhausted = Some(error.clone());
        }
        result
    }

    pub(crate) fn own(&self, tensor: &Tensor) -> Result<()> {
        if tensor.session() == self.id {
            return Ok(());
        }
        Err(Error::argument("the tensor belongs to another sandbox; it has to be handed over first"))
    }

    pub(crate) fn check_cancelled(&self) -> Result<()> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(Error::new(Code::Cancelled, "cancelled from outside"));
        }
        Ok(())
    }

    pub(crate) fn limits(&self) -> &Limits {
        self.account.limits()
    }

    fn next_key(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("model", &self.model.name).field("usage", &self.usage()).finish()
    }
}
