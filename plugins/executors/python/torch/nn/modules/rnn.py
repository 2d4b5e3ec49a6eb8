"""Recurrent layers."""

import math
import numbers
import warnings

import torch

from .. import functional as F
from .. import init
from ..parameter import Parameter
from ..utils.rnn import PackedSequence
from ._recurrence import CELLS, cut, over_packed, over_time
from .cells import GRUCell, LSTMCell, RNNCell, RNNCellBase
from .module import Module


def _permuted(x, permutation, dim=1):
    return x if permutation is None else x.index_select(dim, permutation)


apply_permutation = _permuted


class RNNBase(Module):
    """What all recurrent layers have."""

    __constants__ = ["mode", "input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout",
                     "bidirectional", "proj_size"]

    def __init__(self, mode, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
                 bidirectional=False, proj_size=0, device=None, dtype=None):
        super().__init__()
        if mode not in CELLS:
            raise ValueError("Unrecognized RNN mode: " + mode)
        _check_arguments(mode, hidden_size, num_layers, dropout, proj_size)
        self.mode, self.input_size, self.hidden_size, self.num_layers = mode, input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, float(dropout)
        self.bidirectional, self.proj_size = bidirectional, proj_size
        gates, out = CELLS[mode][1] * hidden_size, proj_size or hidden_size
        directions = 2 if bidirectional else 1
        self._all_weights = []
        for layer in range(num_layers):
            for suffix in ("", "_reverse")[:directions]:
                width = input_size if layer == 0 else out * directions
                shapes = {"weight_ih": (gates, width), "weight_hh": (gates, out)}
                if bias:
                    shapes.update(bias_ih=(gates,), bias_hh=(gates,))
                if proj_size:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                names = [f"{name}_l{layer}{suffix}" for name in shapes]
                for name, shape in zip(names, shapes.values()):
                    setattr(self, name, Parameter(torch.empty(shape, device=device, dtype=dtype)))
                self._all_weights.append(names)
        self.reset_parameters()

    def reset_parameters(self):
        """Uniform in ±1/√hidden."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    @property
    def all_weights(self):
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights_names(self):
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self):
        return [getattr(self, name) for name in self._flat_weights_names]

    def flatten_parameters(self):
        """The host decides how parameters lie in memory."""

    def _weights(self, layer, suffix):
        def named(name):
            return getattr(self, f"{name}_l{layer}{suffix}")

        bias = self.bias
        return {"ih": named("weight_ih"), "hh": named("weight_hh"), "bias_ih": named("bias_ih") if bias else None,
                "bias_hh": named("bias_hh") if bias else None, "hr": named("weight_hr") if self.proj_size else None}

    def _run(self, x, states, sizes):
        """All layers over `x`; `states` are tensors of (layers * directions, batch, width)."""
        suffixes = ("", "_reverse") if self.bidirectional else ("",)
        last = []
        for layer in range(self.num_layers):
            outputs = []
            for way, suffix in enumerate(suffixes):
                at = layer * len(suffixes) + way
                state = tuple(cut(part, 0, at, at + 1) for part in states)
                weights = self._weights(layer, suffix)
                if sizes is None:
                    y, state = over_time(self.mode, x, state, weights, self.hidden_size, way == 1)
                else:
                    y, state = over_packed(self.mode, x, sizes, state, weights, self.hidden_size, way == 1)
                outputs.append(y)
                last.append(state)
            x = outputs[0] if len(outputs) == 1 else torch.cat(outputs, -1)
            if self.dropout and self.training and layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout)
        return x, tuple(torch.cat(parts, 0) for parts in zip(*last))

    def _check_input(self, input, packed):
        kind = self.weight_ih_l0.dtype
        if input.dtype is not kind:
            raise ValueError(f"RNN input dtype ({input.dtype}) does not match weight dtype ({kind}). Convert input: "
                             f"input.to({kind}), or convert model: model.to({input.dtype})")
        expected = 2 if packed else 3
        if input.dim() != expected:
            raise RuntimeError(f"input must have {expected} dimensions, got {input.dim()}")
        if self.input_size != input.shape[-1]:
            raise RuntimeError(f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got "
                               f"{input.shape[-1]}")

    def _initial(self, input, batch, given):
        """The states to start from: zeros, or those given, checked."""
        count = self.num_layers * (2 if self.bidirectional else 1)
        widths = [self.proj_size or self.hidden_size] + ([self.hidden_size] if self.mode == "LSTM" else [])
        if given is None:
            return tuple(torch.zeros(count, batch, width, dtype=input.dtype) for width in widths)
        for at, (part, width) in enumerate(zip(given, widths)):
            expected = (count, batch, width)
            if tuple(part.shape) != expected:
                name = f"hidden[{at}]" if self.mode == "LSTM" else "hidden"
                raise RuntimeError(f"Expected {name} size {expected}, got {list(part.shape)}")
        return tuple(given)

    def _unbatched(self, input, given):
        dim = 0 if self.batch_first else 1
        if given is not None:
            for part in given:
                if part.dim() != 2:
                    raise RuntimeError(self._rank_error(given, "unbatched 2-D", "2"))
            given = tuple(part.unsqueeze(1) for part in given)
        return input.unsqueeze(dim), given

    def _rank_error(self, given, kind, rank):
        if self.mode == "LSTM":
            return (f"For {kind} input, hx and cx should also be {rank}-D but got ({given[0].dim()}-D, "
                    f"{given[1].dim()}-D) tensors")
        return f"For {kind} input, hx should also be {rank}-D but got {given[0].dim()}-D tensor"

    def forward(self, input, hx=None):
        """The outputs of the last layer, and the last state of each."""
        given = None if hx is None else tuple(hx) if self.mode == "LSTM" else (hx,)
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, given)
        if input.dim() not in (2, 3):
            raise ValueError(f"{type(self).__name__}: Expected input to be 2D or 3D, got {input.dim()}D instead")
        batched = input.dim() == 3
        if not batched:
            input, given = self._unbatched(input, given)
        elif given is not None and any(part.dim() != 3 for part in given):
            raise RuntimeError(self._rank_error(given, "batched 3-D", "3"))
        self._check_input(input, False)
        x = input.transpose(0, 1) if self.batch_first else input
        if x.shape[0] == 0:
            raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
        y, last = self._run(x, self._initial(input, x.shape[1], given), None)
        y = y.transpose(0, 1) if self.batch_first else y
        if not batched:
            y, last = y.squeeze(0 if self.batch_first else 1), tuple(part.squeeze(1) for part in last)
        return y, last if self.mode == "LSTM" else last[0]

    def _forward_packed(self, packed, given):
        data, batch_sizes, order, back = packed
        self._check_input(data, True)
        sizes = batch_sizes.tolist()
        if given is not None:
            given = tuple(_permuted(part, order) for part in given)
        y, last = self._run(data, self._initial(data, sizes[0], given), sizes)
        last = tuple(_permuted(part, back) for part in last)
        return PackedSequence(y, batch_sizes, order, back), last if self.mode == "LSTM" else last[0]

    def extra_repr(self):
        text = f"{self.input_size}, {self.hidden_size}"
        for name, default in (("proj_size", 0), ("num_layers", 1), ("bias", True), ("batch_first", False),
                              ("dropout", 0), ("bidirectional", False)):
            value = getattr(self, name)
            if value != default:
                text += f", {name}={value}"
        return text


def _check_arguments(mode, hidden_size, num_layers, dropout, proj_size):
    if not isinstance(dropout, numbers.Number) or not 0 <= dropout <= 1 or isinstance(dropout, bool):
        raise ValueError("dropout should be a number in range [0, 1] representing the probability of an element being "
                         "zeroed")
    if dropout > 0 and num_layers == 1:
        warnings.warn("dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                      f"num_layers greater than 1, but got dropout={dropout} and num_layers={num_layers}", stacklevel=4)
    if not isinstance(hidden_size, int):
        raise TypeError(f"hidden_size should be of type int, got: {type(hidden_size).__name__}")
    if hidden_size <= 0:
        raise ValueError("hidden_size must be greater than zero")
    if num_layers <= 0:
        raise ValueError("num_layers must be greater than zero")
    if proj_size < 0:
        raise ValueError("proj_size should be a positive integer or zero to disable projections")
    if proj_size >= hidden_size:
        raise ValueError("proj_size has to be smaller than hidden_size")


class RNN(RNNBase):
    """A recurrent layer with tanh or relu."""

    def __init__(self, *args, **kwargs):
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if len(args) > 3:
            nonlinearity, args = args[3], args[:3] + args[4:]
        else:
            nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__("RNN_" + nonlinearity.upper(), *args, **kwargs)
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    """Long short-term memory."""

    def __init__(self, *args, **kwargs):
        super().__init__("LSTM", *args, **kwargs)


class GRU(RNNBase):
    """Gated recurrent units."""

    def __init__(self, *args, **kwargs):
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__("GRU", *args, **kwargs)


__all__ = ["GRU", "GRUCell", "LSTM", "LSTMCell", "RNN", "RNNBase", "RNNCell", "RNNCellBase"]
