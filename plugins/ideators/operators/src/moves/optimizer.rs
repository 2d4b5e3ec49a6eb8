//! How gradients become updates.

use super::{END, LOOP, Move, UPDATE, after, before, instead, one_of};

const ADAMW: &str = "    return torch.optim.AdamW(
        model.parameters(),
        lr=config.learning_rate,
        betas=(config.beta1, config.beta2),
        weight_decay=config.weight_decay,
    )
";
const OPTIMIZER: &str = "def configure_optimizer(model, config):\n";
const GROUPS: &str = "    return torch.optim.AdamW(\n        model.parameters(),\n";
const SET_RATE: &str = "group[\"lr\"] = learning_rate(";

pub const MOVES: &[Move] = &[
    Move {
        name: "learning-rate",
        title: "learning rate {value}",
        rationale: "The baseline's rate is for 124 million parameters and thousands of steps; a small model and a short \
                    run want more.",
        parameters: &[one_of("value", &["2e-3", "3e-3", "4e-3", "6e-3", "1e-2", "1e-3"])],
        excludes: &[],
        edits: &[instead("learning_rate: float = 1.5e-3", "learning_rate: float = {value}")],
    },
    Move {
        name: "beta1",
        title: "first-moment decay {value}",
        rationale: "In a short run momentum that remembers less reacts sooner; one that remembers more averages noise.",
        parameters: &[one_of("value", &["0.85", "0.8", "0.95"])],
        excludes: &[],
        edits: &[instead("beta1: float = 0.9", "beta1: float = {value}")],
    },
    Move {
        name: "beta2",
        title: "second-moment decay {value}",
        rationale: "How long the scale of gradients is remembered; 0.99 is among the paper's winning changes.",
        parameters: &[one_of("value", &["0.98", "0.99", "0.9", "0.999"])],
        excludes: &[],
        edits: &[instead("beta2: float = 0.95", "beta2: float = {value}")],
    },
    Move {
        name: "epsilon",
        title: "AdamW's ε {value}",
        rationale: "Decides how far rarely used rows may move: a small ε moves them fully.",
        parameters: &[one_of("value", &["1e-10", "1e-6", "1e-4"])],
        excludes: &[],
        edits: &[instead(
            "        weight_decay=config.weight_decay,\n    )\n",
            "        weight_decay=config.weight_decay,\n        eps={value},\n    )\n",
        )],
    },
    Move {
        name: "embedding-rate",
        title: "token embeddings learn {factor} × as fast",
        rationale: "A token's row gets a gradient only where the token occurs, so it can bear a higher rate.",
        parameters: &[one_of("factor", &["2.0", "4.0", "0.5"])],
        excludes: &[],
        edits: &[
            instead(
                GROUPS,
                "    table = model.wte.weight\n    \
                 others = [p for p in model.parameters() if p is not table]\n    \
                 return torch.optim.AdamW(\n        \
                 [{\"params\": [table], \"lr_scale\": {factor}}, {\"params\": others, \"lr_scale\": 1.0}],\n",
            ),
            instead(SET_RATE, "group[\"lr\"] = group[\"lr_scale\"] * learning_rate("),
        ],
    },
    Move {
        name: "depth-rate",
        title: "later layers learn more slowly, {factor} × a layer",
        rationale: "Early layers have to settle before late ones can; rates that fall with depth let them.",
        parameters: &[one_of("factor", &["0.9", "0.8"])],
        excludes: &["shared-layers"],
        edits: &[
            instead(
                GROUPS,
                "    groups = [\n        \
                 {\"params\": list(block.parameters()), \"lr_scale\": {factor} ** i} for i, block in enumerate(model.h)\n    ]\n    \
                 others = [p for name, p in model.named_parameters() if not name.startswith(\"h.\")]\n    \
                 return torch.optim.AdamW(\n        \
                 [*groups, {\"params\": others, \"lr_scale\": 1.0}],\n",
            ),
            instead(SET_RATE, "group[\"lr\"] = group[\"lr_scale\"] * learning_rate("),
        ],
    },
    Move {
        name: "muon",
        title: "Muon for the matrices of the layers, {ratio} × the rate, {iterations} iterations",
        rationale: "Orthogonalised momentum makes more of each step (arXiv 2502.16982); Newton-Schulz costs a few small \
                    matrix products a matrix.",
        parameters: &[one_of("ratio", &["8.0", "4.0", "16.0"]), one_of("iterations", &["5", "3"])],
        excludes: &["shared-layers"],
        edits: &[
            before(
                OPTIMIZER,
                r#"def orthogonalized(x):
    """Nearly the closest orthogonal matrix, by Newton-Schulz iterations (arXiv 2502.16982)."""
    tall = x.size(0) > x.size(1)
    x = x.t() if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range({iterations}):
        a = x @ x.t()
        x = 3.4445 * x + (2.0315 * (a @ a) - 4.7750 * a) @ x
    return x.t() if tall else x


class Muon:
    """Orthogonalised momentum for the matrices of the layers, AdamW for everything else."""

    def __init__(self, model, config):
        self.matrices = [p for p in model.h.parameters() if p.dim() == 2]
        others = [p for p in model.parameters() if all(p is not matrix for matrix in self.matrices)]
        self.adamw = torch.optim.AdamW(others, betas=(config.beta1, config.beta2), weight_decay=config.weight_decay)
        self.param_groups = self.adamw.param_groups
        self.momenta = [torch.zeros(p.shape) for p in self.matrices]
        self.weight_decay = config.weight_decay

    def zero_grad(self, set_to_none=True):
        self.adamw.zero_grad(set_to_none=set_to_none)
        for p in self.matrices:
            p.grad = None

    @torch.no_grad()
    def step(self):
        lr = self.param_groups[0]["lr"]
        self.adamw.step()
        for i, p in enumerate(self.matrices):
            self.momenta[i] = 0.95 * self.momenta[i] + p.grad
            update = orthogonalized(p.grad + 0.95 * self.momenta[i])
            rate = {ratio} * lr * math.sqrt(max(1.0, p.size(0) / p.size(1)))
            p.mul_(1 - lr * self.weight_decay)
            p.sub_(rate * update)


"#,
            ),
            instead(ADAMW, "    return Muon(model, config)\n"),
        ],
    },
    Move {
        name: "lion",
        title: "Lion instead of AdamW, {ratio} × the rate",
        rationale: "The sign of the momentum as the update, found by a search over programs (arXiv 2302.06675).",
        parameters: &[one_of("ratio", &["0.3", "0.15", "0.6"])],
        excludes: &[],
        edits: &[
            before(
                OPTIMIZER,
                r#"class Lion:
    """Updates by the sign of the momentum (arXiv 2302.06675)."""

    def __init__(self, model, config):
        self.params = list(model.parameters())
        self.momenta = [torch.zeros(p.shape) for p in self.params]
        self.param_groups = [{"params": self.params, "lr": config.learning_rate}]
        self.weight_decay = config.weight_decay

    def zero_grad(self, set_to_none=True):
        for p in self.params:
            p.grad = None

    @torch.no_grad()
    def step(self):
        lr = {ratio} * self.param_groups[0]["lr"]
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            update = torch.sign(0.9 * self.momenta[i] + 0.1 * p.grad)
            self.momenta[i] = 0.99 * self.momenta[i] + 0.01 * p.grad
            p.mul_(1 - lr * self.weight_decay)
            p.sub_(lr * update)


"#,
            ),
            instead(ADAMW, "    return Lion(model, config)\n"),
        ],
    },
    Move {
        name: "sgd",
        title: "SGD with Nesterov momentum, {ratio} × the rate",
        rationale: "The simplest optimiser: no second moments to keep or to get wrong. Worth knowing how far it is behind.",
        parameters: &[one_of("ratio", &["100.0", "300.0", "30.0"])],
        excludes: &[],
        edits: &[
            instead(
                ADAMW,
                "    return torch.optim.SGD(model.parameters(), lr=config.learning_rate, momentum=0.9, nesterov=True)\n",
            ),
            instead(SET_RATE, "group[\"lr\"] = {ratio} * learning_rate("),
        ],
    },
    Move {
        name: "clip",
        title: "gradients clipped at norm {value}",
        rationale: "A tighter clip steadies a high rate; a looser one lets a short run move.",
        parameters: &[one_of("value", &["0.5", "2.0", "0.25"])],
        excludes: &[],
        edits: &[instead("grad_clip: float = 1.0", "grad_clip: float = {value}")],
    },
    Move {
        name: "no-clip",
        title: "no gradient clipping",
        rationale: "AdamW normalises already; the norm over all parameters costs time in every step.",
        parameters: &[],
        excludes: &["clip", "sgd"],
        edits: &[instead("        nn.utils.clip_grad_norm_(model.parameters(), config.grad_clip)\n", "")],
    },
    Move {
        name: "weight-average",
        title: "exponential moving average of the weights, decay {decay}",
        rationale: "Averaging takes the noise of the last updates out, as decaying the rate does. Among the paper's \
                    winning changes.",
        parameters: &[one_of("decay", &["0.9", "0.95", "0.98"])],
        excludes: &["tail-average"],
        edits: &[
            before(LOOP, "    average = [p.detach().clone() for p in model.parameters()]\n"),
            after(
                UPDATE,
                "        with torch.no_grad():\n            \
                 average = [{decay} * a + (1 - {decay}) * p for a, p in zip(average, model.parameters())]\n",
            ),
            before(
                END,
                "    with torch.no_grad():\n        \
                 for p, a in zip(model.parameters(), average):\n            \
                 p.copy_(a)\n",
            ),
        ],
    },
    Move {
        name: "tail-average",
        title: "the mean of the weights over the last {share} of the budget",
        rationale: "Averaging the latest weights does some of the work of a falling rate (arXiv 2209.14981).",
        parameters: &[one_of("share", &["0.1", "0.2", "0.3"])],
        excludes: &[],
        edits: &[
            before(LOOP, "    total, summed = None, 0\n"),
            after(
                UPDATE,
                "        if used >= (1 - {share}) * budget:\n            \
                 with torch.no_grad():\n                \
                 now = [p.detach().clone() for p in model.parameters()]\n                \
                 total = now if total is None else [a + b for a, b in zip(total, now)]\n                \
                 summed += 1\n",
            ),
            before(
                END,
                "    if summed:\n        \
                 with torch.no_grad():\n            \
                 for p, a in zip(model.parameters(), total):\n                \
                 p.copy_(a / summed)\n",
            ),
        ],
    },
];
