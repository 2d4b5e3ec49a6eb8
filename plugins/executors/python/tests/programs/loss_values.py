"""Losses with random inputs: values and gradients are PyTorch's, number for number.

Run under PyTorch, `python loss_values.py` prints what EXPECTED has to be.
"""

import torch
import torch.nn.functional as F

CLASSES = torch.tensor([1, 3, 0, 2, 1, 3])
SIGNS = torch.tensor([1, -1, 1, 1, -1, 1])
WEIGHT = torch.tensor([1.0, 2.0, 0.5, 0.3])
LABELS = torch.tensor([[3, 0, -1, 1]] * 3 + [[1, -1, 2, 0]] * 3)

# Each: a loss of the logits x (6, 4), a second tensor y and probabilities p of the same shape.
CASES = {
    "mse": lambda x, y, p: F.mse_loss(x, y),
    "l1": lambda x, y, p: F.l1_loss(x, y, reduction="sum"),
    "smooth l1": lambda x, y, p: F.smooth_l1_loss(x, y, beta=0.5),
    "huber": lambda x, y, p: F.huber_loss(x, y, delta=0.7),
    "cross entropy": lambda x, y, p: F.cross_entropy(x, CLASSES),
    "weighted": lambda x, y, p: F.cross_entropy(x, CLASSES, WEIGHT, ignore_index=3, label_smoothing=0.1),
    "smoothed": lambda x, y, p: F.cross_entropy(x, CLASSES, label_smoothing=0.2, reduction="none").pow(2).sum(),
    "of probabilities": lambda x, y, p: F.cross_entropy(x, p, WEIGHT, label_smoothing=0.1),
    "spatial": lambda x, y, p: F.cross_entropy(x.reshape(2, 4, 3), CLASSES.reshape(2, 3)),
    "nll": lambda x, y, p: F.nll_loss(x, CLASSES, WEIGHT, ignore_index=0),
    "bce": lambda x, y, p: F.binary_cross_entropy(torch.sigmoid(x), p, weight=WEIGHT),
    "bce of logits": lambda x, y, p: F.binary_cross_entropy_with_logits(x, p, pos_weight=WEIGHT),
    "kl": lambda x, y, p: F.kl_div(torch.log_softmax(x, 1), p, reduction="batchmean"),
    "poisson": lambda x, y, p: F.poisson_nll_loss(x, torch.floor(p * 5), full=True),
    "gaussian": lambda x, y, p: F.gaussian_nll_loss(x, y, p + 0.1, full=True),
    "hinge": lambda x, y, p: F.hinge_embedding_loss(x, SIGNS.reshape(6, 1).expand(6, 4)),
    "ranking": lambda x, y, p: F.margin_ranking_loss(x[:, 0], y[:, 0], SIGNS, margin=0.3),
    "soft margin": lambda x, y, p: F.soft_margin_loss(x, SIGNS.reshape(6, 1).expand(6, 4)),
    "multi margin": lambda x, y, p: F.multi_margin_loss(x, CLASSES, p=2, margin=0.8, weight=WEIGHT),
    "multilabel margin": lambda x, y, p: F.multilabel_margin_loss(x, LABELS),
    "multilabel soft": lambda x, y, p: F.multilabel_soft_margin_loss(x, torch.round(p)),
    "cosine": lambda x, y, p: F.cosine_embedding_loss(x, y, SIGNS, margin=0.1),
    "triplet": lambda x, y, p: F.triplet_margin_loss(x, y, p, swap=True),
    "ctc": lambda x, y, p: F.ctc_loss(torch.log_softmax(x, 1).unsqueeze(1), torch.tensor([[1, 2, 2]]), (6,), (3,)),
}

EXPECTED = {
    "mse": [2.267273, 0.7293682, 0.3778788],
    "l1": [31.10748, 10, 24],
    "smooth l1": [1.048973, 0.152189, 0.03880104],
    "huber": [0.6715019, -0.02247059, 0.01769891],
    "cross entropy": [2.319371, -0.4009004, 0.1803526],
    "weighted": [1.598588, 0.683705, 0.2418607],
    "smoothed": [32.12381, -20.42169, 112.5417],
    "of probabilities": [2.855651, 0.7344863, 0.1852598],
    "spatial": [1.544665, -0.265754, 0.1125806],
    "nll": [0.2329054, -10.19608, 0.3241062],
    "bce": [0.7198808, -0.2567302, 0.006864711],
    "bce of logits": [0.7612222, 0.2711589, 0.007975128],
    "kl": [1.980031, 0.1492442, 0.08725612],
    "poisson": [2.409171, -2.733027, 0.2009409],
    "gaussian": [3.110312, 2.449529, 0.7029439],
    "hinge": [0.116512, 5.291667, 0.03819445],
    "ranking": [0.8989667, 3.333333, 0.08333334],
    "soft margin": [0.9444126, -1.635905, 0.01466232],
    "multi margin": [1.719184, 0.1575208, 1.054757],
    "multilabel margin": [0.9247652, -0.04166687, 0.1041667],
    "multilabel soft": [0.6040307, 0.4057619, 0.008515163],
    "cosine": [0.4835161, -0.04285628, 0.03376536],
    "triplet": [2.316919, -1.40358, 0.2199183],
    "ctc": [1.490184, 0.5608852, 0.2022142],
}


def observed(name):
    """Of a loss: its value, and its gradient as two numbers."""
    torch.manual_seed(0)
    x = torch.randn(6, 4, requires_grad=True)
    y, p = torch.randn(6, 4), torch.rand(6, 4)
    loss = CASES[name](x, y, p)
    loss.backward()
    return [float(loss), float((x.grad * torch.arange(24.0).reshape(6, 4)).sum()), float(x.grad.pow(2).sum())]


def check(names):
    for name in names:
        for got, want in zip(observed(name), EXPECTED[name]):
            assert abs(got - want) <= 1e-4 * (1 + abs(want)), (name, got, want)


def test_losses_of_numbers():
    check(list(CASES)[:4])


def test_losses_of_classes():
    check(list(CASES)[4:10])


def test_losses_of_probabilities():
    check(list(CASES)[10:15])


def test_margins():
    check(list(CASES)[15:])
    assert list(EXPECTED) == list(CASES)


def test_gradients_where_a_kink_is():
    x = torch.zeros(3, requires_grad=True)
    (F.logsigmoid(x) + F.softplus(x) + F.elu(x) + F.relu6(x) + F.hardtanh(x)).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0, 3.0]
    logits = torch.zeros(2, requires_grad=True)
    F.binary_cross_entropy_with_logits(logits, torch.tensor([0.0, 1.0]), reduction="sum").backward()
    assert logits.grad.tolist() == [0.5, -0.5]


def test_nothing_to_learn_from_is_not_a_number():
    loss = F.cross_entropy(torch.randn(2, 3), torch.tensor([-100, -100]))
    assert bool(loss.isnan())


if __name__ == "__main__":
    print("EXPECTED = {")
    for case in CASES:
        numbers = ", ".join(f"{value:.7g}" for value in observed(case))
        print(f'    "{case}": [{numbers}],')
    print("}")
