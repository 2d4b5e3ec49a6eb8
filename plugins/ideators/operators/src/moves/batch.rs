//! How many tokens a step sees, and which.

use super::{Move, PROFILE, after, instead, one_of};

pub const MOVES: &[Move] = &[
    Move {
        name: "batch-size",
        title: "batch size × {factor}",
        rationale: "At a fixed budget, smaller batches buy more updates with noisier gradients (arXiv 1812.06162: below \
                    the critical batch size, updates are what counts).",
        parameters: &[one_of("factor", &["0.75", "0.5", "0.375", "0.25", "1.5", "2"])],
        excludes: &[],
        edits: &[after(PROFILE, "    config.batch_size = max(1, int(config.batch_size * {factor}))\n")],
    },
    Move {
        name: "sequence-warmup",
        title: "windows 1/{divisor} as long for the first {share} of the budget",
        rationale: "Short sequences first: attention is cheaper and early learning is local anyway (arXiv 2108.06084). \
                    A step keeps its number of tokens.",
        parameters: &[one_of("divisor", &["2", "4"]), one_of("share", &["0.2", "0.35", "0.5"])],
        excludes: &[],
        edits: &[
            instead("def get_batch(tokens, config):\n", "def get_batch(tokens, config, divisor=1):\n"),
            instead(
                "    starts = torch.randint(len(tokens) - config.block_size - 1, (config.batch_size,)).tolist()\n    \
                 window = tokens.windows(starts, config.block_size + 1)\n",
                "    length = config.block_size // divisor\n    \
                 starts = torch.randint(len(tokens) - length - 1, (config.batch_size * divisor,)).tolist()\n    \
                 window = tokens.windows(starts, length + 1)\n",
            ),
            instead(
                "        x, y = get_batch(tokens, config)\n",
                "        x, y = get_batch(tokens, config, {divisor} if used < {share} * budget else 1)\n",
            ),
        ],
    },
    Move {
        name: "batch-warmup",
        title: "half the batch for the first {share} of the budget",
        rationale: "Gradients agree early on, so small batches waste less then; later the noise has to go (arXiv \
                    1711.00489).",
        parameters: &[one_of("share", &["0.25", "0.5", "0.75"])],
        excludes: &[],
        edits: &[
            instead("def get_batch(tokens, config):\n", "def get_batch(tokens, config, rows):\n"),
            instead("- config.block_size - 1, (config.batch_size,))", "- config.block_size - 1, (rows,))"),
            instead(
                "        x, y = get_batch(tokens, config)\n",
                "        rows = config.batch_size if used >= {share} * budget else max(1, config.batch_size // 2)\n        \
                 x, y = get_batch(tokens, config, rows)\n",
            ),
        ],
    },
    Move {
        name: "stratified-batches",
        title: "one window from each part of the data in every batch",
        rationale: "Stratified sampling: the windows of a batch come from different files, so they agree less by \
                    accident and the gradient is less noisy.",
        parameters: &[],
        excludes: &[],
        edits: &[instead(
            "    starts = torch.randint(len(tokens) - config.block_size - 1, (config.batch_size,)).tolist()\n",
            "    stratum = (len(tokens) - config.block_size - 1) // config.batch_size\n    \
             offsets = torch.randint(stratum, (config.batch_size,)).tolist()\n    \
             starts = [row * stratum + offset for row, offset in enumerate(offsets)]\n",
        )],
    },
];
