"""`torch.backends`: switches that programs set, without effect here."""

from .._missing import absent
from ._switches import Switches
from . import cuda, cudnn, mps

cpu = Switches("cpu", get_cpu_capability=lambda: "DEFAULT")
mha = Switches("mha", get_fastpath_enabled=lambda: False, set_fastpath_enabled=lambda value: None)
mkl = Switches("mkl", is_available=lambda: False)
mkldnn = Switches("mkldnn", is_available=lambda: False, enabled=True, deterministic=False, allow_tf32=False)
openmp = Switches("openmp", is_available=lambda: False)
opt_einsum = Switches("opt_einsum", is_available=lambda: False, enabled=False, strategy=None)
quantized = Switches("quantized", engine="none", supported_engines=["none"])
xnnpack = Switches("xnnpack", enabled=False)

__all__ = ["cpu", "cuda", "cudnn", "mha", "mkl", "mkldnn", "mps", "openmp", "opt_einsum", "quantized", "xnnpack"]


def __getattr__(name):
    return absent("torch.backends", name, globals())
