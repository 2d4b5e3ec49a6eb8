"""`torch.autograd.detect_anomaly`, and what else of the kind is only kept."""

import typing

from ._attributes import TypedStorage, UntypedStorage
from ._grad_mode import is_inference_mode_enabled

_kept = {"anomaly": False, "check_nan": True, "warn_always": False}


def set_anomaly_enabled(mode, check_nan=True):
    """Kept; the host's errors name the operation already."""
    _kept.update(anomaly=mode, check_nan=check_nan)


def is_anomaly_enabled():
    """As it was set."""
    return _kept["anomaly"]


def is_anomaly_check_nan_enabled():
    """As it was set."""
    return _kept["check_nan"]


def set_warn_always(b):
    """Kept."""
    if not isinstance(b, bool):
        raise TypeError(f"setWarnOnlyOnce expects a bool, but got {type(b).__name__}")
    _kept["warn_always"] = b


def is_warn_always_enabled():
    """As it was set."""
    return _kept["warn_always"]


def get_device_module(device=None):
    """`torch.cpu`."""
    from . import _platform

    return _platform.cpu


def compiled_with_cxx11_abi():
    """As PyTorch's own builds are."""
    return True


NAMES = {function.__name__: function for function in (
    set_anomaly_enabled, is_anomaly_enabled, is_anomaly_check_nan_enabled, set_warn_always, is_warn_always_enabled,
    get_device_module, compiled_with_cxx11_abi, is_inference_mode_enabled)}
NAMES.update(UntypedStorage=UntypedStorage, TypedStorage=TypedStorage,
             TYPE_CHECKING=typing.TYPE_CHECKING, has_lapack=True, has_mkl=False, has_openmp=False, has_mps=False,
             has_spectral=True, is_vulkan_available=lambda: False)
