"""Random numbers are PyTorch's own, number for number. Passes under PyTorch 2.15.0 as well."""

import torch

# What real PyTorch gives after `torch.manual_seed(3)`.
NEW_TENSORS = {
    "torch.rand(3)": [0.0042635, 0.1055694, 0.2858425],
    "torch.randn(5)": [0.8032761, 0.1748334, 0.0889781, -0.613718, 0.0461824],
    "torch.randn(17)[-3:]": [2.4363971, -0.1468082, 0.485114],
    "torch.rand(2, dtype=torch.float64)": [0.0341082, 0.2867402],
    "torch.randint(0, 100, (4,))": [86, 48, 37, 67],
    "torch.randperm(6)": [4, 0, 3, 2, 1, 5],
    "torch.normal(torch.tensor([1.0, 2.0]), 0.5)": [1.401638, 2.0874166],
    "torch.bernoulli(torch.full((6,), 0.3))": [1.0, 1.0, 1.0, 1.0, 0.0, 1.0],
    "torch.multinomial(torch.tensor([0.1, 0.2, 0.7]), 2)": [0, 1],
    "torch.multinomial(torch.tensor([0.1, 0.2, 0.7]), 5, replacement=True)": [0, 1, 2, 1, 2],
    "torch.poisson(torch.tensor([0.5, 3.0, 40.0]))": [0.0, 2.0, 45.0],
}
FILLS = {
    "torch.empty(3).normal_(1, 2)": [2.6065521, 1.3496668, 1.1779562],
    "torch.empty(3).uniform_(-1, 1)": [-0.991473, -0.7888613, -0.428315],
    "torch.empty(6).bernoulli_(0.25)": [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
    "torch.empty(3).exponential_(2)": [0.0173517, 0.1689548, 0.7412153],
    "torch.empty(3, dtype=torch.int64).random_(10)": [6, 8, 7],
    "torch.empty(3, dtype=torch.int64).random_()": [937055941807507096, 3839649608876091011, 5366245355481424840],
    "torch.empty(3, dtype=torch.int32).random_()": [218175338, 303761048, 893988089],
    "torch.empty(3).geometric_(0.3)": [10.0, 4.0, 1.0],
    "torch.empty(3).cauchy_()": [-9.2966127, -0.792214, 1.1554374],
    "torch.empty(3).log_normal_()": [13.5522442, 3.8561404, 3.2477298],
}
LAYERS = {
    "torch.nn.Linear(2, 2).weight": [-0.7010772, -0.5578092, -0.3028645, -0.6689869],
    "torch.nn.Embedding(2, 2).weight": [0.8032761, 0.1748334, 0.0889781, -0.613718],
    "torch.nn.init.kaiming_uniform_(torch.empty(2, 2))": [-1.7172815, -1.3663478, -0.7418634, -1.6386765],
    "torch.nn.init.xavier_normal_(torch.empty(2, 2))": [0.568002, 0.1236259, 0.062917, -0.4339642],
}


def near(value, expected, tolerance=1e-5):
    got = value.flatten().tolist()
    assert len(got) == len(expected), f"{len(got)} elements, expected {len(expected)}"
    for a, b in zip(got, expected):
        assert abs(a - b) <= tolerance * max(1.0, abs(b)), f"{got} != {expected}"


def all_near(table):
    for expression, expected in table.items():
        torch.manual_seed(3)
        near(eval(expression), expected)


def test_new_tensors():
    all_near(NEW_TENSORS)


def test_fills():
    all_near(FILLS)


def test_layers():
    all_near(LAYERS)


def test_streams():
    state = torch.get_rng_state()
    a = torch.randn(5)
    torch.set_rng_state(state)
    assert torch.equal(a, torch.randn(5)) and state.dtype is torch.uint8
    torch.manual_seed(1)
    with torch.random.fork_rng():
        inside = torch.rand(2)
    assert torch.equal(inside, torch.rand(2)) and torch.initial_seed() == 1
    g, h = torch.Generator().manual_seed(7), torch.Generator().manual_seed(7)
    assert torch.equal(torch.randn(4, generator=g), torch.randn(4, generator=h)) and g.initial_seed() == 7
    h.set_state(g.get_state())
    assert torch.equal(torch.rand(2, generator=g), torch.rand(2, generator=h))
