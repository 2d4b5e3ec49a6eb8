"""`torch.autocast`, as PyTorch has it on a machine with no accelerator: on "cpu" products are computed in a narrower
type; on "cuda" it warns and does nothing.
"""

import functools
import warnings

from .._dtype import bfloat16, device, float16, float32
from . import _casting

_DEVICES = ("cpu", "cuda", "mps", "xpu", "hpu", "ipu", "xla", "mtia", "meta", "privateuseone")
_DEFAULTS = {"cuda": float16, "mps": float16, "xla": bfloat16, "hpu": bfloat16, "xpu": float16, "mtia": float16}


class _State:
    """What is set for the CPU; for the others only what a program asked for."""

    def __init__(self):
        self.enabled, self.type, self.cache = {}, {"cpu": bfloat16, **_DEFAULTS}, True

    def set(self, kind, enabled, narrow):
        """Turns casting on or off."""
        self.enabled[kind], self.type[kind] = enabled, narrow
        if kind == "cpu":
            _casting.cast_to(narrow if enabled else None)


_state = _State()


def _kind(device_type):
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    return device(device_type).type


class autocast:
    """Within it (or within the function it decorates), products are computed in `dtype`."""

    def __init__(self, device_type, dtype=None, enabled=True, cache_enabled=None):
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        if device_type not in _DEVICES:
            raise RuntimeError("Expected one of cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, "
                               "maia, xla, lazy, vulkan, mps, meta, hpu, mtia, privateuseone device type at start of "
                               f"device string: {device_type}")
        self.device = device_type
        self.fast_dtype = _state.type.get(device_type, bfloat16) if dtype is None else dtype
        self._cache_enabled = _state.cache if cache_enabled is None else cache_enabled
        if device_type == "cuda" and enabled:
            warnings.warn("CUDA is not available or torch_xla is imported. Disabling autocast.", stacklevel=2)
            enabled = False
        if device_type == "cpu" and enabled and self.fast_dtype not in (bfloat16, float16):
            if self.fast_dtype is float32:
                warnings.warn(
                    "In CPU autocast, but the target dtype is not supported. Disabling autocast.\nCPU Autocast only "
                    "supports dtypes of torch.bfloat16, torch.float16 currently.", stacklevel=2)
            enabled = False
        self._enabled = enabled
        self._before = []

    def __enter__(self):
        kind = self.device
        self._before.append((_state.enabled.get(kind, False), _state.type.get(kind), _state.cache))
        _state.set(kind, self._enabled, self.fast_dtype)
        _state.cache = self._cache_enabled
        return self

    def __exit__(self, *_):
        enabled, narrow, cache = self._before.pop()
        _state.set(self.device, enabled, narrow)
        _state.cache = cache
        return False

    def __call__(self, function):
        @functools.wraps(function)
        def call(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        return call


def is_autocast_available(device_type):
    """Does PyTorch know automatic casting on this kind of device?"""
    return _kind(device_type) in ("cpu", "cuda", "mps", "xpu")


def custom_fwd(fwd=None, *, device_type, cast_inputs=None):
    """For `forward` of a `torch.autograd.Function`: it runs as it is written."""
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)
    return fwd


def custom_bwd(bwd=None, *, device_type):
    """For `backward` of a `torch.autograd.Function`."""
    return functools.partial(custom_bwd, device_type=device_type) if bwd is None else bwd


def is_autocast_enabled(device_type="cuda"):
    """Is casting on?"""
    return _state.enabled.get(_kind(device_type), False)


def get_autocast_dtype(device_type):
    """The type that is cast to."""
    return _state.type[_kind(device_type)]


def set_autocast_enabled(device_type, enabled=None):
    """Turns casting on or off."""
    if enabled is None:
        device_type, enabled = "cuda", device_type
    _state.set(_kind(device_type), enabled, _state.type[_kind(device_type)])


def set_autocast_dtype(device_type, dtype):
    """Sets the type that is cast to."""
    kind = _kind(device_type)
    _state.set(kind, _state.enabled.get(kind, False), dtype)


def is_autocast_cache_enabled():
    """As it was set; nothing is cached here."""
    return _state.cache


def set_autocast_cache_enabled(enabled):
    """Accepted."""
    _state.cache = enabled


# What `torch` has of this by itself.
AT_TOP = {
    "autocast": autocast, "is_autocast_enabled": is_autocast_enabled, "get_autocast_dtype": get_autocast_dtype,
    "set_autocast_enabled": set_autocast_enabled, "set_autocast_dtype": set_autocast_dtype,
    "is_autocast_cache_enabled": is_autocast_cache_enabled, "set_autocast_cache_enabled": set_autocast_cache_enabled,
    "clear_autocast_cache": lambda: None,
    "is_autocast_cpu_enabled": lambda: is_autocast_enabled("cpu"),
    "get_autocast_gpu_dtype": lambda: get_autocast_dtype("cuda"),
    "get_autocast_cpu_dtype": lambda: get_autocast_dtype("cpu"),
    "set_autocast_cpu_enabled": lambda on: set_autocast_enabled("cpu", on),
    "set_autocast_cpu_dtype": lambda kind: set_autocast_dtype("cpu", kind),
}
