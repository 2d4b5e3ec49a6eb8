use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Code, Error, Result};

/// What one session may hold and do at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in live tensors, scratch memory of a running operation included.
    pub tensor_bytes: u64,
    /// Live tensors and recorded operations.
    pub tensors: u64,
    /// Elements of any one input or output of an operation.
    pub elements_per_operation: u64,
}

/// What a session used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// The most bytes that were held at once.
    pub peak_tensor_bytes: u64,
    /// Bytes held now.
    pub tensor_bytes: u64,
    /// Live tensors and recorded operations.
    pub tensors: u64,
    /// Operations run.
    pub operations: u64,
    /// Floating-point operations of all of them.
    pub flops: f64,
    /// Device seconds by the cost model.
    pub device_seconds: f64,
}

/// The account of one session's memory. Shared, because tensors give back what they hold on any thread.
#[derive(Debug)]
pub(crate) struct Account {
    limits: Limits,
    bytes: AtomicU64,
    peak: AtomicU64,
    tensors: AtomicU64,
}

impl Account {
    pub(crate) fn new(limits: Limits) -> Arc<Account> {
        Arc::new(Account {
            limits,
            bytes: AtomicU64::new(0),
            peak: AtomicU64::new(0),
            tensors: AtomicU64::new(0),
        })
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }

    pub(crate) fn tensors(&self) -> u64 {
        self.tensors.load(Ordering::Relaxed)
    }

    /// Takes `bytes` from the quota until the charge is dropped.
    pub(crate) fn charge(self: &Arc<Account>, bytes: u64) -> Result<MemoryCharge> {
        let held = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let total = held.saturating_add(bytes);
        if total > self.limits.tensor_bytes {
            self.bytes.fetch_sub(bytes, Ordering::Relaxed);
            return Err(Error::new(
                Code::QuotaTensorMemory,
                format!(
                    "out of tensor memory: tried to allocate {bytes} bytes, {held} of {} bytes are in use",
                    self.limits.tensor_bytes
                ),
            ));
        }
        self.peak.fetch_max(total, Ordering::Relaxed);
        Ok(MemoryCharge { account: self.clone(), bytes })
    }

    /// Takes one place among the live tensors until it is dropped.
    pub(crate) fn place(self: &Arc<Account>) -> Result<Place> {
        let place = self.place_unchecked();
        if self.tensors() > self.limits.tensors { Err(self.crowded()) } else { Ok(place) }
    }

    /// As [`Account::place`], for what cannot fail; the caller looks at [`Account::is_crowded`] afterwards.
    pub(crate) fn place_unchecked(self: &Arc<Account>) -> Place {
        self.tensors.fetch_add(1, Ordering::Relaxed);
        Place(self.clone())
    }

    pub(crate) fn is_crowded(&self) -> bool {
        self.tensors() > self.limits.tensors
    }

    pub(crate) fn crowded(&self) -> Error {
        Error::new(
            Code::QuotaTensors,
            format!(
                "too many tensors: {} may be alive at once, recorded operations included; drop some, or record \
                 less (torch.no_grad)",
                self.limits.tensors
            ),
        )
    }
}

/// Bytes taken from an account; dropping it gives them back.
#[derive(Debug)]
pub(crate) struct MemoryCharge {
    account: Arc<Account>,
    bytes: u64,
}

impl Drop for MemoryCharge {
    fn drop(&mut self) {
        self.account.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A place among an account's live tensors; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Place(Arc<Account>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.tensors.fetch_sub(1, Ordering::Relaxed);
    }
}
