"""Activations, dropout and losses as modules."""

from ..._shaping import flatten, unflatten
from .. import functional as F
from ..module import Module
from ..parameter import Parameter
from ..._creation import full


def _activation(name, function):
    def forward(self, input):
        return function(input)

    def make(self, inplace=False):
        Module.__init__(self)

    return type(name, (Module,), {"forward": forward, "__init__": make, "__doc__": f"Elementwise {name}.",
                                  "__module__": __name__})


ReLU = _activation("ReLU", F.relu)
SiLU = _activation("SiLU", F.silu)
Tanh = _activation("Tanh", F.tanh)
Sigmoid = _activation("Sigmoid", F.sigmoid)
Mish = _activation("Mish", F.mish)
ReLU6 = _activation("ReLU6", F.relu6)
Hardswish = _activation("Hardswish", F.hardswish)
Hardsigmoid = _activation("Hardsigmoid", F.hardsigmoid)
LogSigmoid = _activation("LogSigmoid", F.logsigmoid)


class GELU(Module):
    """Gaussian error linear unit."""

    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, input):
        return F.gelu(input, self.approximate)

    def extra_repr(self):
        return f"approximate={self.approximate!r}"


class LeakyReLU(Module):
    """The argument where positive, else a fraction of it."""

    def __init__(self, negative_slope=1e-2, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, input):
        return F.leaky_relu(input, self.negative_slope)


class PReLU(Module):
    """As `LeakyReLU`, with a fraction that is learnt."""

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.weight = Parameter(full((num_parameters,), init, dtype=dtype))

    def forward(self, input):
        shape = [1, -1] + [1] * (input.dim() - 2) if self.weight.numel() > 1 else [1]
        return F.relu(input) - self.weight.reshape(shape) * F.relu(-input)


class ELU(Module):
    """The argument where positive, else an exponential."""

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha

    def forward(self, input):
        return F.elu(input, self.alpha)


class Softplus(Module):
    """A smooth `ReLU`."""

    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, input):
        return F.softplus(input, self.beta, self.threshold)


class GLU(Module):
    """The first half times the sigmoid of the second."""

    def __init__(self, dim=-1):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        return F.glu(input, self.dim)


class Softmax(Module):
    """Softmax along a dimension."""

    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        return F.softmax(input, self.dim)


class LogSoftmax(Module):
    """The logarithm of softmax along a dimension."""

    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        return F.log_softmax(input, self.dim)


class Dropout(Module):
    """Zeros at random, while training."""

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def forward(self, input):
        if not self.training or self.p == 0.0:
            return input
        return F.dropout(input, self.p, True, self.inplace)

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"


class Flatten(Module):
    """Dimensions as one."""

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input):
        return flatten(input, self.start_dim, self.end_dim)


class Unflatten(Module):
    """One dimension as several."""

    def __init__(self, dim, unflattened_size):
        super().__init__()
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input):
        return unflatten(input, self.dim, self.unflattened_size)


class CrossEntropyLoss(Module):
    """The cross entropy between logits and classes."""

    def __init__(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean",
                 label_smoothing=0.0):
        super().__init__()
        self.register_buffer("weight", weight)
        self.ignore_index, self.reduction, self.label_smoothing = ignore_index, reduction, label_smoothing

    def forward(self, input, target):
        return F.cross_entropy(input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction,
                               label_smoothing=self.label_smoothing)


def _loss(name, function):
    def make(self, size_average=None, reduce=None, reduction="mean"):
        Module.__init__(self)
        self.reduction = reduction

    def forward(self, input, target):
        return function(input, target, reduction=self.reduction)

    return type(name, (Module,), {"__init__": make, "forward": forward, "__doc__": function.__doc__,
                                  "__module__": __name__})


MSELoss = _loss("MSELoss", F.mse_loss)
L1Loss = _loss("L1Loss", F.l1_loss)
NLLLoss = _loss("NLLLoss", F.nll_loss)
SmoothL1Loss = _loss("SmoothL1Loss", F.smooth_l1_loss)
BCEWithLogitsLoss = _loss("BCEWithLogitsLoss", F.binary_cross_entropy_with_logits)
KLDivLoss = _loss("KLDivLoss", F.kl_div)
