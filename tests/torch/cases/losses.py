"""Losses, as functions and as modules."""

import torch
from torch import nn
from torch.nn import functional as F

from trial.operator import Operator


def reduction(g):
    return {"reduction": ("mean", "sum", "none", "mean")[g.index % 4]}


def pair(low=-2, high=2, low2=None, high2=None):
    def make(g):
        shape = g.shape()
        low_, high_ = (low, high) if low2 is None else (low2, high2)
        return g.floats(shape, low, high), g.floats(shape, low_, high_), reduction(g)

    return make


def classes(g):
    return g.floats((4, 3)), g.ints((4,), 0, 2), reduction(g)


def entropy(g):
    settings = reduction(g)
    if g.integer(0, 1):
        settings["label_smoothing"] = g.number(0, 0.5)
    if g.integer(0, 1):
        settings["weight"] = g.floats((3,), 0.2, 2, grad=False, layout="plain")
    logits, target = g.choice([((4, 3), (4,)), ((2, 3, 4), (2, 4)), ((3,), ()), ((2, 3, 2, 2), (2, 2, 2))])
    target = g.ints(target, 0, 2)
    if g.integer(0, 1) and target.dim() and settings["reduction"] != "none":
        settings["ignore_index"] = g.choice([-100, 0])
        target = torch.where(g.bools(tuple(target.shape)), target, settings["ignore_index"]).contiguous()
        target.view(-1)[0] = 1
    return g.floats(logits), target, settings


def signs(g, shape):
    return g.ints(shape, 0, 1) * 2.0 - 1


def module(name, make, settings=lambda g: {}):
    def call(values, keywords):
        return getattr(nn, name)(**keywords)(*values)

    return Operator(
        f"nn.{name}", lambda g: (lambda drawn: (drawn[:-1], {**drawn[-1], **settings(g)}, {}))(make(g)), call
    )


def ctc(g):
    return (
        g.floats((5, 2, 4)).log_softmax(2),
        torch.tensor([[1, 2], [3, 1]]),
        torch.tensor([5, 4]),
        torch.tensor([2, 1]),
        reduction(g),
    )


OPERATORS = [
    Operator("F.mse_loss", pair()),
    Operator("F.l1_loss", pair()),
    Operator("F.smooth_l1_loss", lambda g: (*pair()(g)[:2], {**reduction(g), "beta": g.number(0.3, 2)})),
    Operator("F.huber_loss", lambda g: (*pair()(g)[:2], {**reduction(g), "delta": g.number(0.3, 2)})),
    Operator("F.cross_entropy", entropy, count=12),
    Operator(
        "F.cross_entropy.probabilities",
        lambda g: (g.floats((4, 3)), g.floats((4, 3), 0, 1), {**reduction(g), "label_smoothing": g.choice([0.0, 0.1])}),
        F.cross_entropy,
    ),
    Operator(
        "F.cross_entropy.all ignored",
        lambda g: (g.floats((2, 3), grad=False), torch.tensor([-100, -100])),
        F.cross_entropy,
    ),
    Operator("F.nll_loss", lambda g: (lambda v, t, s: (v.log_softmax(1), t, s))(*classes(g))),
    Operator("F.binary_cross_entropy", pair(0.05, 0.95, 0, 1)),
    Operator(
        "F.binary_cross_entropy_with_logits",
        lambda g: (
            *pair(-2, 2, 0, 1)(g)[:2],
            {**reduction(g), "pos_weight": torch.tensor(g.choice([1.0, 2.5]), dtype=g.floats((), grad=False).dtype)},
        ),
    ),
    Operator(
        "F.kl_div",
        lambda g: (
            g.floats((3, 4)).log_softmax(1),
            g.floats((3, 4), grad=False).softmax(1),
            {"reduction": g.choice(["batchmean", "sum", "none"])},
        ),
    ),
    Operator(
        "F.kl_div.log",
        lambda g: (
            g.floats((3, 4)).log_softmax(1),
            g.floats((3, 4)).log_softmax(1),
            {"reduction": "batchmean", "log_target": True},
        ),
        F.kl_div,
    ),
    Operator("F.poisson_nll_loss", lambda g: (*pair(-1, 1, 0, 4)(g)[:2], {**reduction(g), "full": False})),
    Operator(
        "F.gaussian_nll_loss", lambda g: (g.floats((3, 2)), g.floats((3, 2)), g.floats((3, 2), 0.3, 2), reduction(g))
    ),
    Operator("F.hinge_embedding_loss", lambda g: (g.floats((3, 2)), signs(g, (3, 2)), reduction(g))),
    Operator("F.soft_margin_loss", lambda g: (g.floats((3, 2)), signs(g, (3, 2)), reduction(g))),
    Operator(
        "F.margin_ranking_loss",
        lambda g: (g.floats((4,)), g.floats((4,)), signs(g, (4,)), {**reduction(g), "margin": 0.3}),
    ),
    Operator(
        "F.cosine_embedding_loss",
        lambda g: (g.floats((3, 4)), g.floats((3, 4)), signs(g, (3,)), {**reduction(g), "margin": 0.1}),
    ),
    Operator("F.triplet_margin_loss", lambda g: (g.floats((3, 4)), g.floats((3, 4)), g.floats((3, 4)), reduction(g))),
    Operator("F.multi_margin_loss", classes, orders=1),
    Operator("F.multilabel_soft_margin_loss", lambda g: (g.floats((3, 4)), g.ints((3, 4), 0, 1).float(), reduction(g))),
    Operator(
        "F.multilabel_margin_loss",
        lambda g: (g.floats((2, 4)), torch.tensor([[3, 0, -1, 1], [1, -1, 0, 2]]), reduction(g)),
        orders=1,
    ),
    Operator("F.ctc_loss", ctc, orders=1, tolerance=(1e-4, 1e-5)),
    module("MSELoss", pair()),
    module("L1Loss", pair()),
    module("SmoothL1Loss", pair()),
    module("HuberLoss", pair()),
    module("CrossEntropyLoss", classes, lambda g: {"label_smoothing": 0.1}),
    module("NLLLoss", lambda g: (lambda v, t, s: (v.log_softmax(1), t, s))(*classes(g))),
    module("BCELoss", pair(0.05, 0.95, 0, 1)),
    module("BCEWithLogitsLoss", pair(-2, 2, 0, 1)),
    module(
        "KLDivLoss",
        lambda g: (
            g.floats((3, 4)).log_softmax(1),
            g.floats((3, 4), grad=False).softmax(1),
            {"reduction": "batchmean"},
        ),
    ),
    module("GaussianNLLLoss", lambda g: (g.floats((3, 2)), g.floats((3, 2)), g.floats((3, 2), 0.3, 2), reduction(g))),
    module("PoissonNLLLoss", pair(-1, 1, 0, 4)),
    module("TripletMarginLoss", lambda g: (g.floats((3, 4)), g.floats((3, 4)), g.floats((3, 4)), reduction(g))),
    module("CosineEmbeddingLoss", lambda g: (g.floats((3, 4)), g.floats((3, 4)), signs(g, (3,)), reduction(g))),
    module("MarginRankingLoss", lambda g: (g.floats((4,)), g.floats((4,)), signs(g, (4,)), reduction(g))),
    module("SoftMarginLoss", lambda g: (g.floats((3, 2)), signs(g, (3, 2)), reduction(g))),
]
