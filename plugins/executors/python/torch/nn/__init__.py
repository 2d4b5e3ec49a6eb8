"""`torch.nn`: modules, their parameters, and functions."""

from .._missing import absent
from . import functional, init, utils
from .module import Module
from .modules.activations import BCEWithLogitsLoss, CrossEntropyLoss, Dropout, ELU, Flatten, GELU, GLU, Hardsigmoid
from .modules.activations import Hardswish, KLDivLoss, L1Loss, LeakyReLU, LogSigmoid, LogSoftmax, MSELoss, Mish, NLLLoss
from .modules.activations import PReLU, ReLU, ReLU6, Sigmoid, SiLU, SmoothL1Loss, Softmax, Softplus, Tanh, Unflatten
from .modules.containers import Identity, ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from .modules.layers import Conv1d, Embedding, LayerNorm, Linear, MultiheadAttention, RMSNorm
from .parameter import Buffer, Parameter


def __getattr__(name):
    return absent("torch.nn", name, globals())


__all__ = [
    "BCEWithLogitsLoss", "Buffer", "Conv1d", "CrossEntropyLoss", "Dropout", "ELU", "Embedding", "Flatten", "GELU", "GLU",
    "Hardsigmoid", "Hardswish", "Identity", "KLDivLoss", "L1Loss", "LayerNorm", "LeakyReLU", "Linear", "LogSigmoid",
    "LogSoftmax", "MSELoss", "Mish", "Module", "ModuleDict", "ModuleList", "MultiheadAttention", "NLLLoss", "PReLU",
    "Parameter", "ParameterDict", "ParameterList", "RMSNorm", "ReLU", "ReLU6", "Sequential", "SiLU", "Sigmoid",
    "SmoothL1Loss", "Softmax", "Softplus", "Tanh", "Unflatten", "functional", "init", "utils",
]
