"""A module's tensors in another type, on another device, with or without gradients."""

import math

from ..._base import Tensor
from ..._creation import empty_like, full_like, zeros_like
from ..._dtype import bfloat16, check_device, device as _device, dtype as _dtype, float16, float32, float64
from ..._grad_mode import no_grad
from ..parameter import is_lazy


def _target(arguments, options):
    """The dtype of `to(…)`, and is the device that without values? Refuses what PyTorch refuses."""
    kind, where = options.pop("dtype", None), options.pop("device", None)
    for value in arguments:
        if isinstance(value, _dtype):
            kind = value
        elif isinstance(value, Tensor):
            kind, where = value.dtype, value.device
        elif isinstance(value, (str, int, _device)) and not isinstance(value, bool):
            where = value
    if kind is not None and not kind.is_floating_point and not kind.is_complex:
        raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={kind}")
    if where is not None and _device(where).type == "meta":
        return kind, True
    check_device(where)
    return kind, False


def _without_values(x):
    """What a module on the device 'meta' holds: it has no values, so whatever is computed from it is NaN."""
    return full_like(x, math.nan) if x.is_floating_point() else zeros_like(x)


class Conversion:
    """`to` and its relatives."""

    def _apply(self, fn, recurse=True):
        if recurse:
            for module in self.children():
                module._apply(fn)
        for name, value in self._parameters.items():
            if value is None:
                continue
            with no_grad():
                changed = fn(value)
            if changed is value:
                continue
            gradient = value.grad
            if is_lazy(value):
                self._parameters[name] = changed
                continue
            value.grad = None
            value.data = changed
            if gradient is not None:
                with no_grad():
                    value.grad = fn(gradient)
        for name, value in self._buffers.items():
            if value is not None:
                self._buffers[name] = fn(value)
        return self

    def apply(self, fn):
        """`fn` of every module below, then of this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def to(self, *args, **kwargs):
        """Parameters and buffers of floating-point type in another type."""
        kind, meta = _target(args, dict(kwargs))
        if meta:
            self._apply(_without_values)
        return self if kind is None else self._floating(kind)

    def _floating(self, kind):
        return self._apply(lambda x: x.to(kind) if is_lazy(x) or x.is_floating_point() else x)

    def type(self, dst_type):
        """All parameters and buffers as `dst_type`."""
        return self._apply(lambda x: x.type(dst_type))

    def float(self):
        """In float32."""
        return self._floating(float32)

    def double(self):
        """In float64."""
        return self._floating(float64)

    def half(self):
        """In float16."""
        return self._floating(float16)

    def bfloat16(self):
        """In bfloat16."""
        return self._floating(bfloat16)

    def cpu(self):
        """The one device."""
        return self

    def cuda(self, device=None):
        """Refused: there is no such device."""
        check_device("cuda")
        return self

    def xpu(self, device=None):
        """Refused: there is no such device."""
        raise AssertionError("Torch not compiled with XPU enabled")

    def to_empty(self, *, device, recurse=True):
        """Parameters and buffers without their values."""
        check_device(device)
        return self._apply(lambda x: empty_like(x), recurse)

    def share_memory(self):
        """There is one process."""
        return self

    def train(self, mode=True):
        """Into training, or out of it."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self):
        """Out of training."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Learn the parameters, or leave them as they are."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        """Forgets the gradients, or makes them 0."""
        for parameter in self.parameters():
            if parameter.grad is None:
                continue
            if set_to_none:
                parameter.grad = None
            else:
                parameter.grad = parameter.grad.detach()
                parameter.grad.zero_()


