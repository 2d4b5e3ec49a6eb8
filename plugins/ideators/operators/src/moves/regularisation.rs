//! What keeps the model from trusting itself too much: decay, noise, and terms in the loss.

use super::{LAYERS, Move, ZERO_GRAD, after, before, instead, one_of};

pub const MOVES: &[Move] = &[
    Move {
        name: "weight-decay",
        title: "weight decay {value}",
        rationale: "In a run too short to overfit, decay mostly sets how large weights get.",
        parameters: &[one_of("value", &["0.0", "0.03", "0.3", "1.0"])],
        excludes: &[],
        edits: &[instead("weight_decay: float = 0.1", "weight_decay: float = {value}")],
    },
    Move {
        name: "decay-matrices",
        title: "weight decay on the matrices of the layers only",
        rationale: "Decaying embeddings shrinks the rows of rare tokens, which nothing grows back.",
        parameters: &[],
        excludes: &[],
        edits: &[instead(
            "    return torch.optim.AdamW(\n        model.parameters(),\n",
            "    decayed = [p for name, p in model.named_parameters() if name.startswith(\"h.\") and p.dim() == 2]\n    \
             others = [p for p in model.parameters() if all(p is not one for one in decayed)]\n    \
             return torch.optim.AdamW(\n        \
             [{\"params\": decayed}, {\"params\": others, \"weight_decay\": 0.0}],\n",
        )],
    },
    Move {
        name: "label-smoothing",
        title: "label smoothing {value}",
        rationale: "Keeps logits small (arXiv 1512.00567), at the price of calibration, which is what is measured here.",
        parameters: &[one_of("value", &["0.01", "0.05"])],
        excludes: &[],
        edits: &[instead("y.reshape(-1))", "y.reshape(-1), label_smoothing={value})")],
    },
    Move {
        name: "z-loss",
        title: "z-loss, weight {weight}",
        rationale: "Holds the log of the softmax's normaliser near zero, which steadies training (arXiv 2204.02311).",
        parameters: &[one_of("weight", &["1e-4", "1e-3"])],
        excludes: &[],
        edits: &[before(
            ZERO_GRAD,
            "        loss = loss + {weight} * torch.logsumexp(logits, dim=-1).square().mean()\n",
        )],
    },
    Move {
        name: "dropout",
        title: "dropout {share} after the feed-forward layers",
        rationale: "Noise against overfitting (Srivastava and others, 2014). One pass over the data hardly overfits, so \
                    this is here to be refuted.",
        parameters: &[one_of("share", &["0.05", "0.1"])],
        excludes: &[],
        edits: &[instead(
            "        return self.c_proj(F.gelu(self.c_fc(x)))\n",
            "        return F.dropout(self.c_proj(F.gelu(self.c_fc(x))), p={share}, training=self.training)\n",
        )],
    },
    Move {
        name: "layer-drop",
        title: "each layer left out of {share} of the steps",
        rationale: "Stochastic depth (arXiv 1603.09382): steps get cheaper, and layers learn to do without each other.",
        parameters: &[one_of("share", &["0.1", "0.25"])],
        excludes: &["learned-skips", "value-residual"],
        edits: &[after(
            LAYERS,
            "            if self.training and i > 0 and torch.rand(1).item() < {share}:\n                continue\n",
        )],
    },
    Move {
        name: "token-noise",
        title: "{share} of the input tokens replaced at random",
        rationale: "The model learns not to hang on any single token. Probably too much noise for so short a run.",
        parameters: &[one_of("share", &["0.01", "0.05"])],
        excludes: &[],
        edits: &[instead(
            "        logits = model(x)\n",
            "        noise = torch.randint(config.vocab_size, x.shape)\n        \
             logits = model(torch.where(torch.rand(x.shape) < {share}, noise, x))\n",
        )],
    },
];
