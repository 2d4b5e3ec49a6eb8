"""Recurrent networks, attention and transformers."""

import torch
from torch import nn
from torch.nn import functional as F

from trial.operator import Operator

# Sums over a sequence.
TOLERANCE = (5e-5, 1e-5)


def recurrent(name):
    def draw(g):
        settings = {
            "num_layers": g.integer(1, 2),
            "batch_first": bool(g.integer(0, 1)),
            "bidirectional": g.index == 2,
            "bias": g.index != 3,
        }
        layer = g.module(getattr(nn, name)(3, 2, **settings))
        return layer, g.floats((4, 2, 3))

    return Operator(f"nn.{name}", draw, lambda layer, x: layer(x), tolerance=TOLERANCE, orders=1)


def stateful(g):
    return g.module(nn.GRU(3, 2)), g.floats((4, 2, 3)), g.floats((1, 2, 2))


def packed(layer, x):
    sequence = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([4, 2]), batch_first=True)
    output, state = layer(sequence)
    return nn.utils.rnn.pad_packed_sequence(output, batch_first=True), state


def attention(g):
    q, k = g.integer(1, 4), g.integer(1, 4)
    settings = {}
    if g.index % 4 == 1:
        settings["is_causal"] = True
    if g.index % 4 == 2:
        mask = g.bools((q, k), layout="plain")
        mask[:, 0] = True
        settings["attn_mask"] = mask
    if g.index % 4 == 3:
        settings = {"attn_mask": g.floats((q, k)), "scale": 0.3}
    return g.floats((2, 2, q, 4)), g.floats((2, 2, k, 4)), g.floats((2, 2, k, 3)), settings


def multihead(g):
    layer = g.module(nn.MultiheadAttention(4, 2, batch_first=bool(g.index % 2), bias=g.index != 3))
    return layer, g.floats((3, 3, 4))


def masked(layer, x):
    mask = torch.triu(torch.ones(3, 3, dtype=torch.bool), 1)
    return layer(x, x, x, attn_mask=mask, need_weights=True, average_attn_weights=False)


def encoder(g):
    settings = {
        "dim_feedforward": 6,
        "dropout": 0.0,
        "batch_first": bool(g.index % 2),
        "norm_first": g.index > 1,
        "activation": g.choice(["relu", "gelu"]),
    }
    return g.module(nn.TransformerEncoderLayer(4, 2, **settings)), g.floats((2, 3, 4))


def decoder(g):
    layer = nn.TransformerDecoderLayer(4, 2, dim_feedforward=6, dropout=0.0, batch_first=True)
    return g.module(layer), g.floats((2, 3, 4)), g.floats((2, 2, 4))


def causal(layer, x):
    return layer(
        x,
        src_mask=nn.Transformer.generate_square_subsequent_mask(
            x.shape[1] if layer.self_attn.batch_first else x.shape[0]
        ),
    )


OPERATORS = [
    *[recurrent(name) for name in ("RNN", "GRU", "LSTM")],
    Operator("nn.GRU.state", stateful, lambda layer, x, h: layer(x, h), tolerance=TOLERANCE, orders=1),
    Operator(
        "nn.LSTM.packed",
        lambda g: (g.module(nn.LSTM(3, 2, batch_first=True)), g.floats((2, 4, 3))),
        packed,
        tolerance=TOLERANCE,
        orders=1,
    ),
    *[
        Operator(
            f"nn.{name}",
            lambda g, name=name: (g.module(getattr(nn, name)(3, 2)), g.floats((4, 3))),
            lambda layer, x: layer(x),
            tolerance=TOLERANCE,
        )
        for name in ("RNNCell", "GRUCell", "LSTMCell")
    ],
    Operator("F.scaled_dot_product_attention", attention, tolerance=TOLERANCE, count=8),
    Operator(
        "F.scaled_dot_product_attention.groups",
        lambda g: (g.floats((1, 4, 3, 2)), g.floats((1, 2, 3, 2)), g.floats((1, 2, 3, 2)), {"enable_gqa": True}),
        F.scaled_dot_product_attention,
        tolerance=TOLERANCE,
        orders=1,
    ),
    Operator("nn.MultiheadAttention", multihead, lambda layer, x: layer(x, x, x), tolerance=TOLERANCE),
    Operator("nn.MultiheadAttention.masked", multihead, masked, tolerance=TOLERANCE),
    Operator(
        "nn.MultiheadAttention.padding",
        lambda g: (g.module(nn.MultiheadAttention(4, 2, batch_first=True)), g.floats((2, 3, 4))),
        lambda layer, x: layer(x, x, x, key_padding_mask=torch.tensor([[False, False, True], [False, True, True]]))[0],
        tolerance=TOLERANCE,
    ),
    Operator("nn.TransformerEncoderLayer", encoder, lambda layer, x: layer(x), tolerance=TOLERANCE, orders=1),
    Operator("nn.TransformerEncoderLayer.causal", encoder, causal, tolerance=TOLERANCE, orders=1),
    Operator(
        "nn.TransformerEncoder",
        lambda g: (
            g.module(nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 6, 0.0, batch_first=True), 2)),
            g.floats((2, 3, 4)),
        ),
        lambda layer, x: layer(x),
        tolerance=TOLERANCE,
        orders=1,
    ),
    Operator(
        "nn.TransformerDecoderLayer", decoder, lambda layer, x, memory: layer(x, memory), tolerance=TOLERANCE, orders=1
    ),
    Operator(
        "nn.Transformer",
        lambda g: (
            g.module(nn.Transformer(4, 2, 1, 1, 6, 0.0, batch_first=True)),
            g.floats((2, 3, 4)),
            g.floats((2, 2, 4)),
        ),
        lambda layer, x, y: layer(x, y),
        tolerance=TOLERANCE,
        orders=1,
        count=2,
    ),
    Operator("nn.Transformer.mask", lambda g: (g.integer(1, 4),), nn.Transformer.generate_square_subsequent_mask),
]
