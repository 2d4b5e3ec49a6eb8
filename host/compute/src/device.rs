use serde::{Deserialize, Serialize};

/// A reference device: what an operation costs there is what it is charged everywhere, so that a program that
/// adapts to its budget does the same on every machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeviceModel {
    /// For reports.
    pub name: String,
    /// Floating-point operations in one second, as a program reaches them.
    pub flops_per_second: f64,
    /// Bytes read and written in one second by operations on whole tensors.
    pub bytes_per_second: f64,
    /// Seconds that starting one operation takes.
    pub launch_seconds: f64,
    /// Guest instructions in one second.
    pub instructions_per_second: f64,
}

/// What one operation does, computed from shapes alone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cost {
    /// Kernels started.
    pub launches: f64,
    /// Floating-point operations.
    pub flops: f64,
    /// Bytes read and written.
    pub bytes: f64,
    /// Bytes of scratch memory while it runs, beside the output.
    pub workspace: u64,
}

impl Cost {
    /// One kernel.
    pub(crate) fn of(flops: f64, bytes: f64) -> Cost {
        Cost { launches: 1.0, flops, bytes, workspace: 0 }
    }

    /// A change of view: nothing moves.
    pub(crate) const FREE: Cost = Cost { launches: 0.0, flops: 0.0, bytes: 0.0, workspace: 0 };
}

/// Device time of operations in whole picoseconds, so that a sum does not depend on its order or its length.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    picoseconds: u128,
    instructions: u64,
}

const PICOSECONDS: f64 = 1e12;

impl Clock {
    /// Picoseconds that `cost` takes on `model`. Nonsense in a model (zero, NaN) saturates instead of being free.
    pub(crate) fn price(model: &DeviceModel, cost: &Cost) -> u64 {
        let part = |amount: f64, rate: f64| if amount > 0.0 { amount / rate } else { 0.0 };
        let seconds = cost.launches * model.launch_seconds
            + part(cost.flops, model.flops_per_second)
            + part(cost.bytes, model.bytes_per_second);
        if seconds.is_nan() { u64::MAX } else { (seconds * PICOSECONDS).round() as u64 }
    }

    pub(crate) fn advance(&mut self, picoseconds: u64) {
        self.picoseconds += u128::from(picoseconds);
    }

    pub(crate) fn set_instructions(&mut self, total: u64) {
        self.instructions = self.instructions.max(total);
    }

    /// Device seconds, `ahead` picoseconds from now.
    pub(crate) fn seconds(&self, model: &DeviceModel, ahead: u64) -> f64 {
        let operations = (self.picoseconds + u128::from(ahead)) as f64 / PICOSECONDS;
        operations + self.instructions as f64 / model.instructions_per_second
    }
}
