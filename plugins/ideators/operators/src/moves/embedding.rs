//! What goes into the layers, and what comes out of them: embeddings, positions, the head.

use super::{LAYERS, MODEL_INIT, Move, after, before, instead, one_of};

pub const MOVES: &[Move] = &[
    Move {
        name: "untied-head",
        title: "a head of its own, initialised with deviation {deviation}",
        rationale: "Tying saves parameters, which this budget does not count; apart, both learn what they need. Among \
                    the paper's winning changes.",
        parameters: &[one_of("deviation", &["0.0", "0.005", "0.02"])],
        excludes: &[],
        edits: &[
            instead("        self.lm_head.weight = self.wte.weight\n", ""),
            after(MODEL_INIT, "        nn.init.normal_(self.lm_head.weight, mean=0.0, std={deviation})\n"),
        ],
    },
    Move {
        name: "bigram-logits",
        title: "a table of next-token logits for each token (gain {gain}) beside the network",
        rationale: "Token pairs are most of what is learned first; a table learns them at once and frees the network.",
        parameters: &[one_of("gain", &["10.0", "3.0", "1.0"])],
        excludes: &[],
        edits: &[
            before(
                MODEL_INIT,
                "        # As wide as the vocabulary where that is small, of lower rank where it is not.\n        \
                 rank = min(config.vocab_size, config.n_embd * 2)\n        \
                 self.pair = nn.Embedding(config.vocab_size, rank)\n        \
                 self.pair_head = None\n        \
                 if rank < config.vocab_size:\n            \
                 self.pair_head = nn.Linear(rank, config.vocab_size, bias=False)\n",
            ),
            after(MODEL_INIT, "        nn.init.zeros_(self.pair.weight)\n"),
            instead(
                "        return self.lm_head(rms_norm(x))\n",
                "        pair = self.pair(idx)\n        \
                 pair = pair if self.pair_head is None else self.pair_head(pair)\n        \
                 return self.lm_head(rms_norm(x)) + {gain} * pair\n",
            ),
        ],
    },
    Move {
        name: "hashed-pairs",
        title: "embeddings of hashed token pairs, {buckets} buckets",
        rationale: "The previous token reaches the first layer without attention; hashing keeps the table small (arXiv \
                    1709.03933 for the trick). The last token is kept for the cached step.",
        parameters: &[one_of("buckets", &["2048", "4096", "8192"])],
        excludes: &[],
        edits: &[
            before(
                MODEL_INIT,
                "        self.pairs = nn.Embedding({buckets}, config.n_embd)\n        self.pairs_last = None\n",
            ),
            before(
                LAYERS,
                "        if caches is None:\n            \
                 previous = torch.cat([0 * idx[:, :1], idx[:, :-1]], dim=1)\n        \
                 else:\n            \
                 previous = 0 * idx if start == 0 else self.pairs_last\n            \
                 self.pairs_last = idx\n        \
                 x = x + self.pairs((previous * 1009 + idx) % {buckets})\n",
            ),
        ],
    },
    Move {
        name: "smear",
        title: "a learned part of the previous token's embedding added to each, starting at {start}",
        rationale: "Nearly every early head learns to look one token back; this gives it for one addition. The last \
                    token is kept for the cached step.",
        parameters: &[one_of("start", &["0.1", "0.3", "0.6"])],
        excludes: &[],
        edits: &[
            before(
                MODEL_INIT,
                "        self.smear = nn.Parameter({start} * torch.ones(config.n_embd))\n        self.smear_last = None\n",
            ),
            before(
                LAYERS,
                "        embedding = self.wte(idx)\n        \
                 if caches is None:\n            \
                 one_back = torch.cat([0 * embedding[:, :1], embedding[:, :-1]], dim=1)\n        \
                 else:\n            \
                 one_back = 0 * embedding if start == 0 else self.smear_last\n            \
                 self.smear_last = embedding\n        \
                 x = x + self.smear * one_back\n",
            ),
        ],
    },
    Move {
        name: "no-positions",
        title: "no position embedding",
        rationale: "A causal model can find out where it is (arXiv 2305.19466); it is one addition less.",
        parameters: &[],
        excludes: &["zero-positions"],
        edits: &[
            instead("        self.wpe = nn.Embedding(config.block_size, config.n_embd)\n", ""),
            instead("        positions = torch.arange(start, start + idx.size(1))\n", ""),
            instead(" + self.wpe(positions)", ""),
        ],
    },
    Move {
        name: "embedding-scale",
        title: "token embeddings × {scale}",
        rationale: "With deviation 0.02 the layers write over the token at once; larger embeddings keep it (arXiv \
                    1706.03762 scales by √width).",
        parameters: &[one_of("scale", &["3.0", "10.0", "30.0"])],
        excludes: &["embedding-norm"],
        edits: &[instead("x = self.wte(idx)", "x = {scale} * self.wte(idx)")],
    },
    Move {
        name: "embedding-norm",
        title: "normalise the embedding before the first layer",
        rationale: "Starts the residual stream at unit size whatever the initialisation (arXiv 2210.02414 finds it \
                    steadier).",
        parameters: &[],
        excludes: &[],
        edits: &[before(LAYERS, "        x = rms_norm(x)\n")],
    },
    Move {
        name: "softcap",
        title: "logits softly capped at {cap}",
        rationale: "A tanh keeps logits bounded, which steadies high learning rates (arXiv 2408.00118).",
        parameters: &[one_of("cap", &["30.0", "15.0", "50.0"])],
        excludes: &["bigram-logits"],
        edits: &[instead(
            "        return self.lm_head(rms_norm(x))\n",
            "        logits = self.lm_head(rms_norm(x))\n        return {cap} * torch.tanh(logits / {cap})\n",
        )],
    },
    Move {
        name: "logit-scale",
        title: "logits × {scale}",
        rationale: "With a small head the first logits are nearly flat; a larger scale lets them move sooner (arXiv \
                    2203.03466 on output multipliers).",
        parameters: &[one_of("scale", &["2.0", "4.0", "8.0", "0.5"])],
        excludes: &[],
        edits: &[instead("self.lm_head(rms_norm(x))", "{scale} * self.lm_head(rms_norm(x))")],
    },
];
