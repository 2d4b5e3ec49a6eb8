"""Writes what PyTorch's AdamW makes of a parameter in 50 steps, for host/compute/tests/adamw.rs to compare with.

    python tests/torch/adamw_golden.py > host/compute/tests/adamw_golden.json
"""

import json

import torch

N = 12
STEPS = 50
SETTINGS = [
    {"lr": 1e-3, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 1e-2},
    {"lr": 3e-2, "betas": [0.8, 0.95], "eps": 1e-5, "weight_decay": 0.1},
    {"lr": 1e-2, "betas": [0.0, 0.5], "eps": 1e-8, "weight_decay": 0.0},
]


def gradient(step):
    """Multiples of 1/32, which both sides can make."""
    return ((torch.arange(N) * 37 + step * 101) % 97 - 48) / 32


def run(settings):
    parameter = torch.nn.Parameter(1 + torch.arange(N) / 4)
    optimizer = torch.optim.AdamW([parameter], **settings)
    for step in range(STEPS):
        parameter.grad = gradient(step)
        optimizer.step()
    state = optimizer.state[parameter]
    found = {"parameter": parameter, "first": state["exp_avg"], "second": state["exp_avg_sq"]}
    return {"settings": settings, **{name: value.tolist() for name, value in found.items()}}


def main():
    runs = ",\n".join(json.dumps(run(settings)) for settings in SETTINGS)
    print(f'{{"torch": "{torch.__version__}", "steps": {STEPS}, "runs": [\n{runs}\n]}}')


if __name__ == "__main__":
    main()
