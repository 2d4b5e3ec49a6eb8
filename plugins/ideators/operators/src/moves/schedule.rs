//! How the learning rate changes over the budget.

use super::{Move, PROFILE, after, instead, one_of};

const DECAY: &str =
    "    return config.learning_rate * (1 - (1 - config.final_lr_fraction) * min(decay, 1.0))\n";

pub const MOVES: &[Move] = &[
    Move {
        name: "warmup",
        title: "warm-up over {share} of the budget",
        rationale: "In a short run every warm-up step is a large part of it; too short a warm-up wastes more than it saves.",
        parameters: &[one_of("share", &["0.02", "0.1", "0.01", "0.2"])],
        excludes: &[],
        edits: &[after(PROFILE, "    config.warmup_fraction = {share}\n")],
    },
    Move {
        name: "final-rate",
        title: "the rate falls to {share} of its peak",
        rationale: "How far the rate falls trades progress late in the run against noise at its end.",
        parameters: &[one_of("share", &["0.0", "0.03", "0.2", "0.4"])],
        excludes: &[],
        edits: &[instead("final_lr_fraction: float = 0.091", "final_lr_fraction: float = {share}")],
    },
    Move {
        name: "cosine",
        title: "cosine decay",
        rationale: "Stays high for longer and lands more gently than a line (arXiv 1608.03983).",
        parameters: &[],
        excludes: &[],
        edits: &[instead(
            DECAY,
            "    shape = 0.5 * (1 + math.cos(math.pi * min(decay, 1.0)))\n    \
             return config.learning_rate * (config.final_lr_fraction + (1 - config.final_lr_fraction) * shape)\n",
        )],
    },
    Move {
        name: "trapezoid",
        title: "full rate, then a linear cool-down over the last {share}",
        rationale: "Warm-up, stable, decay: the highest rate for as long as it helps, then a quick landing (arXiv \
                    2405.18392).",
        parameters: &[one_of("share", &["0.5", "0.3", "0.7", "0.2"])],
        excludes: &[],
        edits: &[instead(
            DECAY,
            "    cooldown = max(0.0, (min(progress, 1.0) - (1 - {share})) / {share})\n    \
             return config.learning_rate * (1 - (1 - config.final_lr_fraction) * cooldown)\n",
        )],
    },
    Move {
        name: "root-decay",
        title: "the rate falls with the square root of progress",
        rationale: "Falls fast first and lands gently: the best cool-down shape in arXiv 2405.18392.",
        parameters: &[],
        excludes: &[],
        edits: &[instead(
            DECAY,
            "    return config.learning_rate * (1 - (1 - config.final_lr_fraction) * math.sqrt(min(decay, 1.0)))\n",
        )],
    },
    Move {
        name: "exponential-decay",
        title: "exponential decay",
        rationale: "The same relative fall at every moment: much of the run happens at low rates.",
        parameters: &[],
        excludes: &[],
        edits: &[instead(
            DECAY,
            "    return config.learning_rate * max(config.final_lr_fraction, 0.01) ** min(decay, 1.0)\n",
        )],
    },
];
