"""`torch.autograd.graph`: what there is of the record to look at."""

from .._missing import absent
from .._reverse import RemovableHandle


class saved_tensors_hooks:
    """Absent: what the host saves for a gradient stays with the host."""

    def __init__(self, pack_hook, unpack_hook):
        raise NotImplementedError(
            "torch.autograd.graph.saved_tensors_hooks is not available; the nearest is torch.utils.checkpoint"
        )


class save_on_cpu(saved_tensors_hooks):
    """Absent."""

    def __init__(self, pin_memory=False, device_type="cuda"):
        super().__init__(None, None)


class disable_saved_tensors_hooks:
    """Accepted, as a context manager: there are no such hooks."""

    def __init__(self, error_message):
        self.error_message = error_message

    def __enter__(self):
        return None

    def __exit__(self, *_):
        return None


def __getattr__(name):
    return absent("torch.autograd.graph", name, globals())


__all__ = ["RemovableHandle", "disable_saved_tensors_hooks", "save_on_cpu", "saved_tensors_hooks"]
