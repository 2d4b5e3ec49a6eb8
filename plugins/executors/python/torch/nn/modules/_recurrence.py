"""What recurrent layers compute: one layer in one direction over time, whole or packed.

States keep a leading dimension of extent 1, so that steps are joined without another call.
"""

import torch

from ..._base import wrap
from ..._host import Err, raised, tensors
from .. import functional as F

_slice = tensors.slice


def cut(x, dim, start, end):
    """Elements `start` to `end` along `dim`: a value of its own, not a view."""
    try:
        return wrap(_slice(x, dim, start, end, 1), x._dtype)
    except Err as err:
        raise raised(err) from None


def _lstm(projected, state, weights, width):
    h, c = state
    gates = projected + F.linear(h, weights["hh"], weights["bias_hh"])
    last = gates.dim() - 1
    open_ = torch.sigmoid(gates)
    kept = cut(open_, last, width, 2 * width) * c
    c = kept + cut(open_, last, 0, width) * torch.tanh(cut(gates, last, 2 * width, 3 * width))
    h = cut(open_, last, 3 * width, 4 * width) * torch.tanh(c)
    if weights["hr"] is not None:
        h = F.linear(h, weights["hr"])
    return h, c


def _gru(projected, state, weights, width):
    (h,) = state
    hidden = F.linear(h, weights["hh"], weights["bias_hh"])
    last = hidden.dim() - 1
    gates = torch.sigmoid(cut(projected, last, 0, 2 * width) + cut(hidden, last, 0, 2 * width))
    reset, update = cut(gates, last, 0, width), cut(gates, last, width, 2 * width)
    new = torch.tanh(cut(projected, last, 2 * width, 3 * width) + reset * cut(hidden, last, 2 * width, 3 * width))
    return (new + update * (h - new),)


def _tanh(projected, state, weights, width):
    return (torch.tanh(projected + F.linear(state[0], weights["hh"], weights["bias_hh"])),)


def _relu(projected, state, weights, width):
    return (torch.relu(projected + F.linear(state[0], weights["hh"], weights["bias_hh"])),)


# What one step computes, and into how many parts it cuts its weights.
CELLS = {"LSTM": (_lstm, 4), "GRU": (_gru, 3), "RNN_TANH": (_tanh, 1), "RNN_RELU": (_relu, 1)}


def over_time(mode, x, state, weights, width, backward):
    """A layer over `x` (time, batch, …) from `state`: the outputs, and the last state."""
    step = CELLS[mode][0]
    projected = F.linear(x, weights["ih"], weights["bias_ih"])
    outputs = []
    for at in _order(x.shape[0], backward):
        state = step(cut(projected, 0, at, at + 1), state, weights, width)
        outputs.append(state[0])
    if backward:
        outputs.reverse()
    return torch.cat(outputs, 0), state


def _order(count, backward):
    return range(count - 1, -1, -1) if backward else range(count)


def over_packed(mode, x, sizes, state, weights, width, backward):
    """As `over_time`, for the rows of a packed sequence: `sizes` of them at each step."""
    step = CELLS[mode][0]
    projected = F.linear(x, weights["ih"], weights["bias_ih"]).unsqueeze(0)
    starts = [0]
    for size in sizes:
        starts.append(starts[-1] + size)
    initial, outputs, ended = state, [], []
    now = sizes[-1] if backward else sizes[0]
    state = tuple(cut(part, 1, 0, now) for part in initial)
    for at in _order(len(sizes), backward):
        size = sizes[at]
        if size < now:
            # Sequences that end here; they are the last rows.
            ended.append(tuple(cut(part, 1, size, now) for part in state))
            state = tuple(cut(part, 1, 0, size) for part in state)
        elif size > now:
            # Sequences that, read backward, begin here.
            state = tuple(torch.cat([part, cut(first, 1, now, size)], 1) for part, first in zip(state, initial))
        now = size
        state = step(cut(projected, 1, starts[at], starts[at + 1]), state, weights, width)
        outputs.append(state[0])
    if backward:
        outputs.reverse()
    ended.append(state)
    ended.reverse()
    last = tuple(torch.cat(parts, 1) for parts in zip(*ended))
    return torch.cat(outputs, 1).squeeze(0), last
