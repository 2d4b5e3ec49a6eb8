"""`torch.autograd.profiler`: the older names of `torch.profiler`."""

from ..profiler import profile, record_function

__all__ = ["emit_nvtx", "profile", "record_function"]
emit_nvtx = profile
