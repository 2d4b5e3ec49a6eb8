//! The shape of the network, its feed-forward parts and its residual stream.

use super::{BLOCK_SCALE, LAYERS, MODEL_INIT, Move, PROFILE, after, before, instead, one_of};

pub const MOVES: &[Move] = &[
    Move {
        name: "depth",
        title: "{factor} × the layers",
        rationale: "At a fixed budget depth is traded against steps; few layers learn fast, many learn more.",
        parameters: &[one_of("factor", &["0.75", "0.5", "0.25", "1.5"])],
        excludes: &[],
        edits: &[after(PROFILE, "    config.n_layer = max(1, int(config.n_layer * {factor}))\n")],
    },
    Move {
        name: "width",
        title: "{factor} × the width",
        rationale: "At a fixed budget width is traded against steps; wide models learn more from each token.",
        parameters: &[one_of("factor", &["0.75", "1.25", "1.5", "0.5", "2"])],
        excludes: &[],
        edits: &[after(PROFILE, "    config.n_embd = int(config.n_embd * {factor})\n")],
    },
    Move {
        name: "mlp-width",
        title: "feed-forward layers {ratio} × as wide as the model",
        rationale: "The usual ratio of 4 is a habit; most of a layer's arithmetic is here.",
        parameters: &[one_of("ratio", &["3", "5", "2", "6", "8"])],
        excludes: &[],
        edits: &[
            instead(
                "nn.Linear(config.n_embd, 4 * config.n_embd, bias=False)",
                "nn.Linear(config.n_embd, {ratio} * config.n_embd, bias=False)",
            ),
            instead(
                "nn.Linear(4 * config.n_embd, config.n_embd, bias=False)",
                "nn.Linear({ratio} * config.n_embd, config.n_embd, bias=False)",
            ),
        ],
    },
    Move {
        name: "gated-mlp",
        title: "gated feed-forward ({gate}), inner width {ratio} × the model's",
        rationale: "Gated linear units learn faster at the same cost (arXiv 2002.05202; SwiGLU where the gate is silu).",
        parameters: &[one_of("gate", &["F.silu", "F.gelu", "F.relu"]), one_of("ratio", &["2.75", "2", "3"])],
        excludes: &[],
        edits: &[
            instead(
                "        self.c_fc = nn.Linear(config.n_embd, 4 * config.n_embd, bias=False)\n        \
                 self.c_proj = nn.Linear(4 * config.n_embd, config.n_embd, bias=False)\n",
                "        self.inner = int({ratio} * config.n_embd)\n        \
                 self.c_fc = nn.Linear(config.n_embd, 2 * self.inner, bias=False)\n        \
                 self.c_proj = nn.Linear(self.inner, config.n_embd, bias=False)\n",
            ),
            instead(
                "        return self.c_proj(F.gelu(self.c_fc(x)))\n",
                "        gate, value = self.c_fc(x).split(self.inner, dim=2)\n        \
                 return self.c_proj({gate}(gate) * value)\n",
            ),
        ],
    },
    Move {
        name: "squared-relu",
        title: "squared ReLU in the feed-forward layers",
        rationale: "The change that mattered most in Primer's search (arXiv 2109.08668), and it is cheap.",
        parameters: &[],
        excludes: &[],
        edits: &[instead("self.c_proj(F.gelu(self.c_fc(x)))", "self.c_proj(F.relu(self.c_fc(x)).square())")],
    },
    Move {
        name: "activation",
        title: "{function} in the feed-forward layers",
        rationale: "GELU costs an error function for each element; a cheaper non-linearity leaves time for more steps.",
        parameters: &[one_of("function", &["F.silu", "F.relu"])],
        excludes: &[],
        edits: &[instead("F.gelu(self.c_fc(x))", "{function}(self.c_fc(x))")],
    },
    Move {
        name: "parallel-block",
        title: "attention and feed-forward side by side",
        rationale: "One normalisation and one addition less a layer, at little loss of quality (arXiv 2204.02311).",
        parameters: &[],
        excludes: &[],
        edits: &[instead(
            "        x = x + self.attn_scale * self.attn(rms_norm(x), cache)\n        x = x + self.mlp(rms_norm(x))\n        \
             return x\n",
            "        y = rms_norm(x)\n        return x + self.attn_scale * self.attn(y, cache) + self.mlp(y)\n",
        )],
    },
    Move {
        name: "mlp-first",
        title: "feed-forward before attention in every layer",
        rationale: "The first layer then attends to processed tokens; what order is best is an open question.",
        parameters: &[],
        excludes: &[],
        edits: &[instead(
            "        x = x + self.attn_scale * self.attn(rms_norm(x), cache)\n        x = x + self.mlp(rms_norm(x))\n",
            "        x = x + self.mlp(rms_norm(x))\n        x = x + self.attn_scale * self.attn(rms_norm(x), cache)\n",
        )],
    },
    Move {
        name: "shared-layers",
        title: "every layer used twice",
        rationale: "Sharing parameters across depth (arXiv 1909.11942): half the parameters, each with twice the gradient.",
        parameters: &[],
        excludes: &[],
        edits: &[instead(
            "        self.h = nn.ModuleList([Block(config) for _ in range(config.n_layer)])\n",
            "        blocks = [Block(config) for _ in range(max(1, config.n_layer // 2))]\n        \
             self.h = nn.ModuleList(blocks + blocks)\n",
        )],
    },
    Move {
        name: "layer-norm",
        title: "LayerNorm instead of RMSNorm",
        rationale: "Takes the mean out as well (arXiv 1607.06450); RMSNorm leaves it in for speed.",
        parameters: &[],
        excludes: &[],
        edits: &[instead(
            "F.rms_norm(x, (x.size(-1),), eps=1e-6)",
            "F.layer_norm(x, (x.size(-1),), eps=1e-6)",
        )],
    },
    Move {
        name: "norm-gain",
        title: "learned gains after the normalisations of a layer",
        rationale: "RMSNorm as published has a gain for each feature (arXiv 1910.07467); the baseline leaves it out.",
        parameters: &[],
        excludes: &[],
        edits: &[
            after(
                BLOCK_SCALE,
                "        self.attn_gain = nn.Parameter(torch.ones(config.n_embd))\n        \
                 self.mlp_gain = nn.Parameter(torch.ones(config.n_embd))\n",
            ),
            instead("self.attn(rms_norm(x), cache)", "self.attn(self.attn_gain * rms_norm(x), cache)"),
            instead("self.mlp(rms_norm(x))", "self.mlp(self.mlp_gain * rms_norm(x))"),
        ],
    },
    Move {
        name: "output-norm",
        title: "normalise what a layer adds as well",
        rationale: "Normalising before and after each part keeps the residual stream tame at high learning rates (arXiv \
                    2408.00118).",
        parameters: &[],
        excludes: &[],
        edits: &[
            instead(
                "self.attn_scale * self.attn(rms_norm(x), cache)",
                "self.attn_scale * rms_norm(self.attn(rms_norm(x), cache))",
            ),
            instead("x + self.mlp(rms_norm(x))", "x + self.attn_scale * rms_norm(self.mlp(rms_norm(x)))"),
        ],
    },
    Move {
        name: "attention-scale",
        title: "attention output × {scale} instead of 1/√(2·layers)",
        rationale: "The baseline damps attention, not the feed-forward part; early on attention may be what learns.",
        parameters: &[one_of("scale", &["0.5", "1.0", "0.2"])],
        excludes: &["residual-scale"],
        edits: &[instead("self.attn_scale = 1 / math.sqrt(2 * config.n_layer)", "self.attn_scale = {scale}")],
    },
    Move {
        name: "residual-scale",
        title: "learned scales on both residual branches, starting at {start}",
        rationale: "A learned scale for each feature lets each layer find its own weight in the stream (arXiv 2103.17239).",
        parameters: &[one_of("start", &["0.35", "0.7", "1.0", "0.1"])],
        excludes: &["output-norm"],
        edits: &[
            instead(
                BLOCK_SCALE,
                "        self.attn_scale = nn.Parameter({start} * torch.ones(config.n_embd))\n        \
                 self.mlp_scale = nn.Parameter({start} * torch.ones(config.n_embd))\n",
            ),
            instead("x + self.mlp(", "x + self.mlp_scale * self.mlp("),
        ],
    },
    Move {
        name: "learned-skips",
        title: "learned skips from the first half of the layers to the second, starting at {start}",
        rationale: "As in a U-net: late layers see early features directly. Among the paper's winning changes.",
        parameters: &[one_of("start", &["0.1", "0.5", "1.0"])],
        excludes: &[],
        edits: &[
            before(
                MODEL_INIT,
                "        self.skip = nn.Parameter({start} * torch.ones(max(1, len(self.h) // 2), config.n_embd))\n",
            ),
            before(LAYERS, "        skips = []\n"),
            after(
                LAYERS,
                "            if i < len(self.h) // 2:\n                skips.append(x)\n            \
                 elif skips and i >= len(self.h) - len(self.h) // 2:\n                \
                 x = x + self.skip[len(skips) - 1] * skips.pop()\n",
            ),
        ],
    },
    Move {
        name: "token-skip",
        title: "the embedding added again before every layer, × {weight}",
        rationale: "The stream forgets its token as it deepens; a little of it in every layer saves relearning it.",
        parameters: &[one_of("weight", &["0.1", "0.3", "1.0"])],
        excludes: &[],
        edits: &[
            before(LAYERS, "        embedded = x\n"),
            after(LAYERS, "            x = x + {weight} * embedded\n"),
        ],
    },
];
