//! Which limits a sandbox has, and the record of the one that stopped it.

use std::fmt;

use wasmtime::ResourceLimiter;

/// What a policy bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Bytes of linear memory, over all memories of the sandbox.
    Memory,
    /// Elements of all tables.
    TableElements,
    /// Guest instructions (wasm fuel) of one call.
    Instructions,
    /// Device seconds of one call.
    DeviceTime,
    /// Seconds of real time of one call, as a safety net.
    WallTime,
    /// Handles alive at once.
    Handles,
    /// Bytes that one host call lifts out of the guest.
    HostCallFuel,
    /// Bytes of log, standard output and metrics in the sandbox's life.
    Output,
    /// Bytes in tensors.
    TensorMemory,
    /// Live tensors.
    Tensors,
    /// Elements of one operation.
    ElementsPerOperation,
}

impl Limit {
    /// The policy's name for it, or the contract's for device time.
    pub fn name(self) -> &'static str {
        match self {
            Limit::Memory => "memory-mib",
            Limit::TableElements => "table-elements",
            Limit::Instructions => "instructions",
            Limit::DeviceTime => "device-seconds",
            Limit::WallTime => "wall-seconds",
            Limit::Handles => "handles",
            Limit::HostCallFuel => "host-call-fuel-kib",
            Limit::Output => "output-kib",
            Limit::TensorMemory => "tensor-mib",
            Limit::Tensors => "tensors",
            Limit::ElementsPerOperation => "elements-per-operation",
        }
    }

    fn is_bytes(self) -> bool {
        matches!(self, Limit::Memory | Limit::HostCallFuel | Limit::Output | Limit::TensorMemory)
    }

    fn is_seconds(self) -> bool {
        matches!(self, Limit::DeviceTime | Limit::WallTime)
    }
}

/// A limit that was reached. For bytes, counts and seconds alike `used` is what was used or asked for, `allowed` what
/// the policy (or the call) allows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimitHit {
    /// Which.
    pub limit: Limit,
    /// In bytes, seconds or a count.
    pub used: f64,
    /// In the same unit.
    pub allowed: f64,
}

impl LimitHit {
    /// `used` of `allowed`.
    pub fn new(limit: Limit, used: f64, allowed: f64) -> Self {
        Self { limit, used, allowed }
    }
}

impl fmt::Display for LimitHit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (used, allowed, name) = (self.used, self.allowed, self.limit.name());
        if self.limit.is_bytes() {
            write!(f, "{name}: {:.3} MiB used or asked for, {:.3} MiB allowed", used / MIB, allowed / MIB)
        } else if self.limit.is_seconds() {
            write!(f, "{name}: {used:.3} s used, {allowed:.3} s allowed")
        } else {
            write!(f, "{name}: {used:.0} used or asked for, {allowed:.0} allowed")
        }
    }
}

const MIB: f64 = 1024.0 * 1024.0;

/// Core instances in one sandbox: CPython as a component has 38.
const INSTANCES: usize = 64;
/// Tables in one sandbox: CPython has 2 or 3 per linked library.
const TABLES: usize = 64;
/// Memories in one sandbox.
const MEMORIES: usize = 16;

/// Bounds the sum over all memories, and the sum over all tables, of one store: wasmtime's own limiter bounds each
/// memory by itself, so that forty memories may use forty times the limit.
#[derive(Debug)]
pub(crate) struct MemoryLimiter {
    bytes: usize,
    bytes_allowed: usize,
    elements: usize,
    elements_allowed: usize,
    refused: Option<LimitHit>,
}

impl MemoryLimiter {
    pub(crate) fn new(bytes_allowed: usize, elements_allowed: usize) -> Self {
        Self { bytes: 0, bytes_allowed, elements: 0, elements_allowed, refused: None }
    }

    /// The limit on memory in words, for a guest that asked for more than its own address space.
    pub(crate) fn limit(&self) -> String {
        let allowed = self.bytes_allowed as f64 / MIB;
        format!("{}: more asked for than can be given, {allowed:.3} MiB allowed", Limit::Memory.name())
    }

    /// The growth that was refused last, if any: the guest saw -1, and may have gone on.
    pub(crate) fn refused(&self) -> Option<LimitHit> {
        self.refused
    }
}

/// `held` after growing from `current` to `desired`, where that is within `allowed`.
fn grown(held: usize, current: usize, desired: usize, allowed: usize) -> Result<usize, usize> {
    let total = held.saturating_add(desired.saturating_sub(current));
    if total <= allowed { Ok(total) } else { Err(total) }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        match grown(self.bytes, current, desired, self.bytes_allowed) {
            Ok(total) => self.bytes = total,
            Err(total) => {
                self.refused = Some(LimitHit::new(Limit::Memory, total as f64, self.bytes_allowed as f64));
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        match grown(self.elements, current, desired, self.elements_allowed) {
            Ok(total) => self.elements = total,
            Err(total) => {
                let allowed = self.elements_allowed as f64;
                self.refused = Some(LimitHit::new(Limit::TableElements, total as f64, allowed));
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}
