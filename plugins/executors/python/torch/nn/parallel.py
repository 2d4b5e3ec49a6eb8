"""`torch.nn.parallel`: there is one device and one process."""

from .modules.module import Module


class DataParallel(Module):
    """Calls the module it is given."""

    def __init__(self, module, device_ids=None, output_device=None, dim=0):
        super().__init__()
        self.module = module
        self.device_ids = []

    def forward(self, *inputs, **kwargs):
        return self.module(*inputs, **kwargs)


class DistributedDataParallel(Module):
    """Absent; its name is here so that the refusal says what to do."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError(
            "torch.nn.parallel.DistributedDataParallel is not available: a sandbox has one process and no network; the "
            "module itself is the nearest"
        )


__all__ = ["DataParallel", "DistributedDataParallel"]
