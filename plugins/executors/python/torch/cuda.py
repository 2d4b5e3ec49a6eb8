"""`torch.cuda`: there is no CUDA device inside a sandbox; the host decides where tensors live."""

from ._creation import manual_seed
from ._host import OutOfMemoryError
from ._missing import absent


def is_available():
    return False


def device_count():
    return 0


def is_bf16_supported():
    return False


def manual_seed_all(seed):
    return manual_seed(seed)


def synchronize(device=None):
    return None


def empty_cache():
    return None


def __getattr__(name):
    return absent("torch.cuda", name, globals())


__all__ = ["OutOfMemoryError", "manual_seed"]
