//! Faults mixed into a script.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Answer, Behaviour, Received};

/// Makes this share of the requests fail in one of the ways that pass, and answers the others by the script.
pub fn randomised(
    seed: u64,
    share: f64,
    script: impl Fn(&Received) -> Behaviour + Send + Sync + 'static,
) -> impl Fn(&Received) -> Behaviour + Send + Sync + 'static {
    let count = AtomicU64::new(0);
    move |received| {
        let random = mix(seed ^ mix(count.fetch_add(1, Ordering::SeqCst)));
        if (random >> 11) as f64 / (1_u64 << 53) as f64 >= share {
            return script(received);
        }
        let answer = || script(received).answer().cloned().unwrap_or_else(|| Answer::new("breaks off"));
        match mix(random) % 8 {
            0 => Behaviour::too_many(1),
            1 => Behaviour::error(500, "server_error", "something is broken"),
            2 => Behaviour::error(529, "overloaded_error", "overloaded"),
            3 => Behaviour::Drop,
            4 => Behaviour::Break(answer()),
            5 => Behaviour::EndEarly(answer()),
            6 => Behaviour::Malformed,
            _ => Behaviour::Html,
        }
    }
}

/// The finaliser of SplitMix64.
fn mix(number: u64) -> u64 {
    let mut number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
