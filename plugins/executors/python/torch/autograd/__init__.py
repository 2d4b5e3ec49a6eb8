"""`torch.autograd`: gradients of expressions."""

from .._autograd import gradients as grad
from .._grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from .._missing import absent


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, inputs=None):
    """Adds the gradients of `tensors` to `.grad` of their leaves."""
    tensors = list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
    grad_tensors = grad_tensors if isinstance(grad_tensors, (list, tuple)) else [grad_tensors] * len(tensors)
    for tensor, gradient in zip(tensors, grad_tensors):
        tensor.backward(gradient, retain_graph, create_graph, inputs)


class Function:
    """Absent; its name is here so that the refusal says what to do."""

    def __init_subclass__(cls, **options):
        raise NotImplementedError(
            "torch.autograd.Function is not available; x + (y - x).detach() gives y forward and x's gradient"
        )


class set_detect_anomaly:
    """Accepted; the host's errors name the operation already."""

    def __init__(self, mode=True, check_nan=True):
        pass

    def __enter__(self):
        return None

    def __exit__(self, *_):
        return None


detect_anomaly = set_detect_anomaly


def __getattr__(name):
    return absent("torch.autograd", name, globals())


__all__ = ["Function", "backward", "detect_anomaly", "enable_grad", "grad", "inference_mode", "no_grad",
           "set_detect_anomaly", "set_grad_enabled"]
