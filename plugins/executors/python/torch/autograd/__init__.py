"""`torch.autograd`: gradients of expressions."""

import warnings

from .. import _anomaly
from .._autograd import backward_all
from .._autograd import gradients as grad
from .._custom import Function
from .._grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from .._missing import absent
from . import function, functional, graph, profiler
from .gradcheck import gradcheck, gradgradcheck
from .variable import Variable


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, grad_variables=None, inputs=None):
    """Adds the gradients of `tensors` to `.grad` of their leaves."""
    backward_all(tensors, grad_tensors, retain_graph, create_graph, inputs)


class set_detect_anomaly:
    """Kept; the host's errors name the operation already."""

    def __init__(self, mode, check_nan=True):
        self._before = _anomaly.is_anomaly_enabled(), _anomaly.is_anomaly_check_nan_enabled()
        _anomaly.set_anomaly_enabled(mode, check_nan)

    def __enter__(self):
        return None

    def __exit__(self, *_):
        _anomaly.set_anomaly_enabled(*self._before)


class detect_anomaly(set_detect_anomaly):
    """The same until the end of a block."""

    def __init__(self, check_nan=True):
        warnings.warn("Anomaly Detection has been enabled. This mode will increase the runtime and should only be "
                      "enabled for debugging.", stacklevel=2)
        super().__init__(True, check_nan)

    def __enter__(self):
        _anomaly.set_anomaly_enabled(True, _anomaly.is_anomaly_check_nan_enabled())


def __getattr__(name):
    return absent("torch.autograd", name, globals())


__all__ = ["Function", "Variable", "backward", "detect_anomaly", "enable_grad", "function", "functional", "grad",
           "gradcheck", "gradgradcheck", "graph", "inference_mode", "no_grad", "set_detect_anomaly", "set_grad_enabled"]
