"""One step of a recurrent layer, as modules."""

import math

import torch

from .. import functional as F
from .. import init
from ..parameter import Parameter
from ._recurrence import CELLS
from .module import Module


class RNNCellBase(Module):
    """What all cells have."""

    def __init__(self, input_size, hidden_size, bias, num_chunks, device=None, dtype=None):
        new = {"device": device, "dtype": dtype}
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(torch.empty((rows, input_size), **new))
        self.weight_hh = Parameter(torch.empty((rows, hidden_size), **new))
        for name in ("bias_ih", "bias_hh"):
            if bias:
                setattr(self, name, Parameter(torch.empty(rows, **new)))
            else:
                self.register_parameter(name, None)
        self.reset_parameters()

    def reset_parameters(self):
        """Uniform in ±1/√hidden."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def extra_repr(self):
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if getattr(self, "nonlinearity", "tanh") != "tanh":
            text += f", nonlinearity={self.nonlinearity}"
        return text

    def _stepped(self, mode, input, state):
        name = type(self).__name__
        if input.dim() not in (1, 2):
            raise ValueError(f"{name}: Expected input to be 1D or 2D, got {input.dim()}D instead")
        for part in state or ():
            if part.dim() not in (1, 2):
                raise ValueError(f"{name}: Expected hidden to be 1D or 2D, got {part.dim()}D instead")
        single = input.dim() == 1
        x = input.unsqueeze(0) if single else input
        if x.shape[1] != self.input_size:
            raise RuntimeError(f"input has inconsistent input_size: got {x.shape[1]} expected {self.input_size}")
        if state is None:
            zeros = torch.zeros(x.shape[0], self.hidden_size, dtype=input.dtype)
            state = (zeros, zeros) if mode == "LSTM" else (zeros,)
        elif single:
            state = tuple(part.unsqueeze(0) for part in state)
        for part in state:
            if part.shape[0] != x.shape[0]:
                raise RuntimeError(f"Input batch size {x.shape[0]} doesn't match hidden0 batch size {part.shape[0]}")
            if part.shape[1] != self.hidden_size:
                raise RuntimeError(f"hidden0 has inconsistent hidden_size: got {part.shape[1]}, expected "
                                   f"{self.hidden_size}")
        projected = F.linear(x, self.weight_ih, self.bias_ih)
        weights = {"hh": self.weight_hh, "bias_hh": self.bias_hh, "hr": None}
        result = CELLS[mode][0](projected, state, weights, self.hidden_size)
        return tuple(part.squeeze(0) for part in result) if single else result


class RNNCell(RNNCellBase):
    """One step with tanh or relu."""

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input, hx=None):
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return self._stepped("RNN_" + self.nonlinearity.upper(), input, None if hx is None else (hx,))[0]


class LSTMCell(RNNCellBase):
    """One step of long short-term memory."""

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input, hx=None):
        return self._stepped("LSTM", input, None if hx is None else tuple(hx))


class GRUCell(RNNCellBase):
    """One step of gated recurrent units."""

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input, hx=None):
        return self._stepped("GRU", input, None if hx is None else (hx,))[0]


__all__ = ["GRUCell", "LSTMCell", "RNNCell", "RNNCellBase"]
