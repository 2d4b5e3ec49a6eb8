//! Attention: positions within it, heads, gates, scales.

use super::{ATTENTION_CLASS, ATTENTION_OUT, CACHE, LAYERS, Move, PROFILE, after, before, instead, one_of};

pub const MOVES: &[Move] = &[
    Move {
        name: "heads",
        title: "{factor} × the heads",
        rationale: "The same arithmetic in more or fewer heads: fewer are wider, more look at more places.",
        parameters: &[one_of("factor", &["0.5", "2", "0.25"])],
        excludes: &[],
        edits: &[after(PROFILE, "    config.n_head = max(1, int(config.n_head * {factor}))\n")],
    },
    Move {
        name: "rope",
        title: "rotary positions (base {base}) instead of learned ones",
        rationale: "Relative positions generalise from the first step, where a learned table has to see every position \
                    (arXiv 2104.09864).",
        parameters: &[one_of("base", &["10000.0", "1000.0", "100.0"])],
        excludes: &["zero-positions"],
        edits: &[
            before(
                ATTENTION_CLASS,
                r#"ROTATIONS = {}


def rotate(x, start):
    """Turns each pair of features by an angle that grows with its position (arXiv 2104.09864)."""
    key = (start, x.size(2))
    half = x.size(3) // 2
    if key not in ROTATIONS:
        rates = torch.exp(torch.arange(half).float() * (-math.log({base}) / half))
        angles = torch.outer(torch.arange(start, start + x.size(2)).float(), rates)
        ROTATIONS[key] = torch.cos(angles), torch.sin(angles)
    cos, sin = ROTATIONS[key]
    a, b = x.split(half, dim=3)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=3)


"#,
            ),
            before(
                CACHE,
                "        start = 0 if cache is None or cache.k is None else cache.k.size(2)\n        \
                 q, k = rotate(q, start), rotate(k, start)\n",
            ),
            instead("        self.wpe = nn.Embedding(config.block_size, config.n_embd)\n", ""),
            instead("        positions = torch.arange(start, start + idx.size(1))\n", ""),
            instead(" + self.wpe(positions)", ""),
        ],
    },
    Move {
        name: "qk-norm",
        title: "normalised queries and keys",
        rationale: "Bounds the attention logits, so that higher learning rates stay stable (arXiv 2010.04245).",
        parameters: &[],
        excludes: &[],
        edits: &[before(CACHE, "        q, k = rms_norm(q), rms_norm(k)\n")],
    },
    Move {
        name: "attention-temperature",
        title: "attention logits × {scale} instead of 1/√width",
        rationale: "How sharp attention starts is a choice (arXiv 2203.03466 argues for 1/width).",
        parameters: &[one_of("scale", &["0.25", "0.12", "0.4", "0.03"])],
        excludes: &[],
        edits: &[instead("is_causal=cache is None)", "is_causal=cache is None, scale={scale})")],
    },
    Move {
        name: "gated-attention",
        title: "a sigmoid gate on the attention output",
        rationale: "A gate lets a head say nothing where it has nothing to say (arXiv 2505.06708).",
        parameters: &[],
        excludes: &[],
        edits: &[
            after(
                ATTENTION_OUT,
                "        self.c_gate = nn.Linear(config.n_embd, config.n_embd, bias=False)\n",
            ),
            instead(
                "        return self.c_proj(y)\n",
                "        return self.c_proj(y * torch.sigmoid(self.c_gate(x)))\n",
            ),
        ],
    },
    Move {
        name: "multi-query",
        title: "one key and value head for all queries",
        rationale: "Fewer parameters and less arithmetic in every layer (arXiv 1911.02150).",
        parameters: &[],
        excludes: &[],
        edits: &[
            instead(
                "        self.c_attn = nn.Linear(config.n_embd, 3 * config.n_embd, bias=False)\n",
                "        self.width = config.n_embd // config.n_head\n        \
                 self.c_attn = nn.Linear(config.n_embd, config.n_embd + 2 * self.width, bias=False)\n",
            ),
            instead(
                "        q, k, v = self.c_attn(x).split(C, dim=2)\n",
                "        q, k, v = self.c_attn(x).split([C, self.width, self.width], dim=2)\n",
            ),
            instead(
                "        k = k.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)\n        \
                 v = v.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)\n",
                "        k = k.view(B, T, 1, self.width).transpose(1, 2)\n        \
                 v = v.view(B, T, 1, self.width).transpose(1, 2)\n",
            ),
            before(
                "        y = F.scaled_dot_product_attention(",
                "        k = k.expand(-1, self.n_head, -1, -1)\n        v = v.expand(-1, self.n_head, -1, -1)\n",
            ),
        ],
    },
    Move {
        name: "query-bias",
        title: "biases on queries, keys and values",
        rationale: "A bias lets a head attend by position or to nothing in particular from the start (arXiv 2309.16609).",
        parameters: &[],
        excludes: &["multi-query"],
        edits: &[
            instead(
                "nn.Linear(config.n_embd, 3 * config.n_embd, bias=False)",
                "nn.Linear(config.n_embd, 3 * config.n_embd)",
            ),
            after(ATTENTION_OUT, "        nn.init.zeros_(self.c_attn.bias)\n"),
        ],
    },
    Move {
        name: "value-residual",
        title: "{share} of the first layer's values in every layer's",
        rationale: "Later layers keep the tokens' own features at hand (arXiv 2410.17897). The cache holds the mixed \
                    values, so the cached step agrees.",
        parameters: &[one_of("share", &["0.3", "0.5", "0.7"])],
        excludes: &[],
        edits: &[
            instead(
                "(self, x, cache=None):\n        B, T, C = x.size()\n",
                "(self, x, cache=None, values=None):\n        B, T, C = x.size()\n",
            ),
            before(
                CACHE,
                "        if values:\n            \
                 v = (1 - {share}) * v + {share} * values[0]\n        \
                 else:\n            \
                 values.append(v)\n",
            ),
            instead("(self, x, cache=None):\n        ", "(self, x, cache=None, values=None):\n        "),
            instead(", cache)", ", cache, values)"),
            before(LAYERS, "        values = []\n"),
            instead(
                "caches[i] if caches is not None else None)",
                "caches[i] if caches is not None else None, values)",
            ),
        ],
    },
];
