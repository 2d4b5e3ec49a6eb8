//! Guest instructions: counted into device time, and bounded by it.
//!
//! wasmtime's fuel is one unit for each instruction that a guest runs. Before each host call the meter tells the
//! session how many there were, so that device time is exact whenever it is looked at; after each host call it sets
//! the fuel to what the deadline leaves, so that operations and instructions together can't pass it.

use wasmtime::{AsContextMut, StoreContextMut};

use crate::limits::Limit;
use crate::state::GuestState;

/// The instruction account of one store.
#[derive(Debug)]
pub(crate) struct Meter {
    /// Instructions up to the last time that fuel was looked at.
    total: u64,
    /// Fuel that the store had then.
    fuel: u64,
    /// `total` at which the call that runs is stopped by its policy.
    stop_at: u64,
    /// What one call may use.
    per_call: u64,
    /// Of the device: how fast it would run guest instructions.
    per_second: f64,
    /// Which of the two limits is nearer.
    nearest: Limit,
}

impl Meter {
    pub(crate) fn new(per_call: u64, per_second: f64) -> Self {
        Self { total: 0, fuel: 0, stop_at: per_call, per_call, per_second, nearest: Limit::Instructions }
    }

    /// Instructions used so far, as of the last settlement.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// What one call may use, by the policy.
    pub(crate) fn per_call(&self) -> u64 {
        self.per_call
    }

    /// Which limit an empty tank means.
    pub(crate) fn nearest(&self) -> Limit {
        self.nearest
    }

    /// A new call begins: its allowance is whole again.
    pub(crate) fn begin_call(&mut self) {
        self.stop_at = self.total.saturating_add(self.per_call);
    }

    fn allowance(&mut self, seconds_left: f64) -> u64 {
        let by_policy = self.stop_at.saturating_sub(self.total);
        // A float to integer cast saturates, and takes NaN to 0: an infinite deadline or speed is no bound.
        let by_time = (seconds_left.max(0.0) * self.per_second) as u64;
        self.nearest = if by_time < by_policy { Limit::DeviceTime } else { Limit::Instructions };
        by_policy.min(by_time)
    }
}

/// Counts what the guest ran since the last look, and tells the session.
pub(crate) fn settle(cx: &mut StoreContextMut<'_, GuestState>) -> wasmtime::Result<()> {
    let left = cx.get_fuel()?;
    let state = cx.data_mut();
    let meter = &mut state.meter;
    meter.total = meter.total.saturating_add(meter.fuel.saturating_sub(left));
    meter.fuel = left;
    state.session.set_instructions(meter.total);
    Ok(())
}

/// Gives the guest the fuel that its policy and its deadline leave. Call it settled.
pub(crate) fn refuel(cx: &mut StoreContextMut<'_, GuestState>) -> wasmtime::Result<()> {
    let state = cx.data_mut();
    let seconds_left = state.session.deadline_seconds() - state.session.elapsed_seconds();
    let fuel = state.meter.allowance(seconds_left);
    state.meter.fuel = fuel;
    cx.set_fuel(fuel)
}

/// Opens a call into the guest: instructions, real time and device time are counted from here.
pub(crate) fn begin_call(
    mut store: impl AsContextMut<Data = GuestState>,
    device_seconds: Option<f64>,
) -> wasmtime::Result<()> {
    let mut cx = store.as_context_mut();
    settle(&mut cx)?;
    let state = cx.data_mut();
    state.meter.begin_call();
    state.wall.begin_call();
    let deadline = device_seconds.map_or(f64::INFINITY, |seconds| state.session.elapsed_seconds() + seconds);
    state.session.set_deadline(deadline);
    state.call_started_seconds = state.session.elapsed_seconds();
    cx.set_epoch_deadline(1);
    refuel(&mut cx)
}
