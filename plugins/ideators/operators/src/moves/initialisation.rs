//! Where the weights start.

use super::{MODEL_INIT, Move, after, instead, one_of};

pub const MOVES: &[Move] = &[
    Move {
        name: "init-deviation",
        title: "weights initialised with deviation {deviation}",
        rationale: "0.02 is GPT-2's, for a width of 768; a narrow model wants larger weights.",
        parameters: &[one_of("deviation", &["0.04", "0.06", "0.09", "0.01"])],
        excludes: &[],
        edits: &[instead("mean=0.0, std=0.02)", "mean=0.0, std={deviation})")],
    },
    Move {
        name: "fan-in-init",
        title: "weights initialised by fan-in, gain {gain}",
        rationale: "Keeps activations at the same size whatever the width (LeCun and others, 1998; arXiv 1502.01852).",
        parameters: &[one_of("gain", &["1.0", "0.5", "1.4"])],
        excludes: &[],
        edits: &[instead("mean=0.0, std=0.02)", "mean=0.0, std={gain} / math.sqrt(module.weight.size(1)))")],
    },
    Move {
        name: "zero-projections",
        title: "projections into the residual stream start at zero",
        rationale: "Every layer starts as the identity, and learns what to add (arXiv 1901.09321).",
        parameters: &[],
        excludes: &[],
        edits: &[after(
            MODEL_INIT,
            "        for block in self.h:\n            \
             nn.init.zeros_(block.attn.c_proj.weight)\n            \
             nn.init.zeros_(block.mlp.c_proj.weight)\n",
        )],
    },
    Move {
        name: "depth-scaled-init",
        title: "projections into the residual stream start smaller in deep models",
        rationale: "GPT-2 divides their deviation by √(2·layers), so that the stream does not grow with depth.",
        parameters: &[],
        excludes: &["zero-projections"],
        edits: &[after(
            MODEL_INIT,
            "        for block in self.h:\n            \
             nn.init.normal_(block.attn.c_proj.weight, mean=0.0, std=0.02 / math.sqrt(2 * config.n_layer))\n            \
             nn.init.normal_(block.mlp.c_proj.weight, mean=0.0, std=0.02 / math.sqrt(2 * config.n_layer))\n",
        )],
    },
    Move {
        name: "embedding-init",
        title: "token embeddings initialised with deviation {deviation}",
        rationale: "The embedding is also the head: its size sets how large the first logits are.",
        parameters: &[one_of("deviation", &["0.05", "0.1", "0.2", "0.005"])],
        excludes: &["embedding-scale"],
        edits: &[after(MODEL_INIT, "        nn.init.normal_(self.wte.weight, mean=0.0, std={deviation})\n")],
    },
    Move {
        name: "zero-positions",
        title: "position embeddings start at zero",
        rationale: "Positions are noise until they are learned; at zero they add none.",
        parameters: &[],
        excludes: &["rope", "no-positions"],
        edits: &[after(MODEL_INIT, "        nn.init.zeros_(self.wpe.weight)\n")],
    },
];
