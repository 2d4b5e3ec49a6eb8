//! A run made up for the tests of this crate, with every kind of ending in it.

use proofhouse_types::{
    Access, Cost, CurvePoint, Direction, FailureKind, Idea, Measurement, Metric, Outcome, Patch, Problem,
    Score, SourceFile, Spend, Trial,
};

use crate::view::{BaselineView, DataUse, PluginUse, PolicyUse, Provenance, RunState, RunView, TrialView};

/// Every failure kind.
pub(crate) const KINDS: [FailureKind; 7] = [
    FailureKind::Unpatched,
    FailureKind::Refused,
    FailureKind::Crashed,
    FailureKind::Exhausted,
    FailureKind::Quarantined,
    FailureKind::Cancelled,
    FailureKind::Lost,
];

const TITLES: [&str; 12] = [
    "Warm up for a tenth of the steps instead of a third",
    "Squared ReLU in the feed-forward block",
    "Normalise queries and keys before attention",
    "Lower AdamW's second-moment decay to 0.95",
    "Half the batch, twice the steps",
    "Rotary position embedding",
    "Scale residual branches by 1/√(2·layers) at initialisation",
    "Cosine decay to a tenth of the peak",
    "Untie the output head",
    "Clip the gradient norm at 0.5",
    "Three layers, wider",
    "Peak learning rate 6e-3",
];

const DIFF: &str = "--- a/train.py\n+++ b/train.py\n@@ -41,6 +41,7 @@ class Block(nn.Module):\n     def forward(self, x):\n         x = x + self.attention(norm(x))\n-        x = x + self.down(F.gelu(self.up(norm(x))))\n+        hidden = F.relu(self.up(norm(x)))\n+        x = x + self.down(hidden * hidden)\n         return x\n \n \n@@ -97,3 +98,3 @@ def rate(step, steps):\n-    warm = steps // 3\n+    warm = steps // 10\n     if step < warm:\n         return step / warm\n";

fn curve(end: f64) -> Vec<CurvePoint> {
    (0..60)
        .map(|step| CurvePoint {
            name: "train loss".to_owned(),
            step: step * 5,
            value: end + 2.3 * (-(step as f64) / 9.0).exp() + 0.03 * ((step * 7919 % 13) as f64 / 13.0 - 0.5),
        })
        .collect()
}

fn scored(value: f64) -> Outcome {
    Outcome::Scored(Score {
        value,
        standard_error: Some(0.011),
        measurements: vec![
            Measurement { name: "steps".to_owned(), value: 296.0 },
            Measurement { name: "parameters".to_owned(), value: 137_216.0 },
        ],
    })
}

fn cost(device_seconds: f64) -> Cost {
    Cost { device_seconds, instructions: 812_345_678, wall_seconds: 9.7, llm_tokens: 0, llm_usd: 0.0 }
}

fn outcome(id: u64) -> Outcome {
    match id % 11 {
        5 => {
            let kind = KINDS[(id / 11 % 7) as usize];
            Outcome::failed(
                kind,
                format!(
                    "{kind}: shapes (64, 96) and (128, 96) do not broadcast\n  File \"train.py\", line 47, in forward"
                ),
            )
        }
        9 => scored(4.9),
        _ => scored(
            3.284 - 0.004 * id as f64 * (0.4 + (id * 37 % 17) as f64 / 17.0)
                + 0.03 * (id * 13 % 7) as f64 / 7.0,
        ),
    }
}

/// One trial of the sample.
pub(crate) fn trial(id: u64, epoch: u32) -> TrialView {
    let parents = if epoch == 0 { vec![] } else { vec![id * 5 / 8, id.saturating_sub(7)] };
    let outcome = outcome(id);
    let end = outcome.score().unwrap_or(3.4);
    TrialView {
        trial: Trial {
            id,
            epoch,
            parents: if epoch == 0 || id.is_multiple_of(3) { vec![] } else { parents },
            idea: Idea {
                title: TITLES[(id % 12) as usize].to_owned(),
                rationale: "The baseline spends a third of its budget warming up. A short run cannot afford that.\nLarge \
                            models need long warm-up because of their early gradient noise; this one is small."
                    .to_owned(),
                labels: vec!["schedule".to_owned(), "optimizer".to_owned()],
            },
            patch: Some(Patch { diff: DIFF.to_owned() }),
            seed: 1_000 + id,
            outcome,
            cost: cost(8.02),
            origin: "operators@0.1.0".to_owned(),
        },
        curve: curve(end),
        log: "296 steps, 137216 parameters\n".to_owned(),
    }
}

/// A finished run with 28 trials in 4 epochs.
pub(crate) fn run() -> RunView {
    RunView {
        name: "demo-0001".to_owned(),
        problem: Problem {
            name: "nanogpt".to_owned(),
            statement: "Train a small GPT within the budget.\nLower the held-out loss.".to_owned(),
            metric: Metric {
                name: "held-out loss".to_owned(),
                unit: "nats/token".to_owned(),
                direction: Direction::Minimize,
            },
            baseline: Some(3.284),
            files: vec![SourceFile {
                path: "train.py".to_owned(),
                text: "import torch\n".to_owned(),
                access: Access::Editable,
            }],
        },
        profile: "cpu".to_owned(),
        seed: 1,
        workers: 2,
        state: RunState::Finished,
        baselines: [3.279, 3.284, 3.289, 3.279, 3.289]
            .iter()
            .zip(1..)
            .map(|(value, seed)| BaselineView {
                seed,
                outcome: scored(*value),
                cost: cost(8.01),
                curve: curve(*value),
            })
            .collect(),
        trials: (0..28).map(|id| trial(id, (id / 7) as u32)).collect(),
        pending: 0,
        wall_seconds: 312.4,
        models: Spend { requests: 41, input_tokens: 812_000, output_tokens: 96_000, usd: 3.876 },
        provenance: Provenance {
            version: "0.1.0".to_owned(),
            device: "reference-cpu".to_owned(),
            plugins: vec![PluginUse {
                role: "searcher".to_owned(),
                origin: "evolution@0.1.0".to_owned(),
                digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
            }],
            policies: vec![PolicyUse {
                role: "candidate".to_owned(),
                digest: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752".to_owned(),
                text: "memory-mib = 256\n".to_owned(),
            }],
            data: vec![DataUse {
                name: "train".to_owned(),
                granted_to: "candidate".to_owned(),
                tokens: Some(12_345_678),
                digest: "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13".to_owned(),
            }],
            config: "name = \"demo\"\nenvironment = \"nanogpt\"\n".to_owned(),
        },
    }
}
