"""`torch.nn.attention`: which kernel computes attention. The host decides, so these choose nothing."""

import contextlib
import enum

from . import bias, flex_attention


class SDPBackend(enum.IntEnum):
    """The kernels of PyTorch."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextlib.contextmanager
def sdpa_kernel(backends, set_priority=False):
    """Accepted; every kernel gives the same values."""
    if isinstance(backends, SDPBackend):
        backends = [backends]
    if not isinstance(backends, (list, set, tuple)) or not all(isinstance(b, SDPBackend) for b in backends):
        raise AssertionError("Backend must be an instance of SDPBackend or a list of SDPBackend instances")
    yield


__all__ = ["SDPBackend", "bias", "flex_attention", "sdpa_kernel"]
