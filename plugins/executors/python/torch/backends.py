"""`torch.backends`: switches that programs set, without effect here."""


class _Switches:
    """Any attribute can be set; those read by programs have PyTorch's defaults."""

    allow_tf32 = False
    benchmark = False
    deterministic = True
    enabled = True

    @staticmethod
    def is_available():
        return False

    is_built = is_available

    @staticmethod
    def enable_flash_sdp(enabled):
        return None

    enable_mem_efficient_sdp = enable_math_sdp = enable_cudnn_sdp = enable_flash_sdp


cudnn = _Switches()
cuda = _Switches()
cuda.matmul = _Switches()
mps = _Switches()
mkldnn = _Switches()
