"""Settings of `torch` as a whole: kept, so that a program reads what it set; the host decides for itself."""

from ._dtype import check_device, device

_settings = {"deterministic": False, "warn_only": False, "precision": "highest", "threads": 1, "interop": 1}


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Every operation of a sandbox is deterministic."""
    _settings.update(deterministic=bool(mode), warn_only=bool(warn_only))


def are_deterministic_algorithms_enabled():
    """As it was set."""
    return _settings["deterministic"]


def is_deterministic_algorithms_warn_only_enabled():
    """As it was set."""
    return _settings["warn_only"]


def set_deterministic_debug_mode(debug_mode):
    """0 or "default", 1 or "warn", 2 or "error"."""
    level = {"default": 0, "warn": 1, "error": 2}.get(debug_mode, debug_mode)
    if level not in (0, 1, 2):
        raise RuntimeError(f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}")
    use_deterministic_algorithms(level > 0, warn_only=level == 1)


def get_deterministic_debug_mode():
    """As it was set."""
    return 0 if not _settings["deterministic"] else 1 if _settings["warn_only"] else 2


def set_float32_matmul_precision(precision):
    """The host computes float32 products in float32."""
    if precision not in ("highest", "high", "medium"):
        raise RuntimeError(f"{precision} is not one of 'highest', 'high', or 'medium'.")
    _settings["precision"] = precision


def get_float32_matmul_precision():
    """As it was set."""
    return _settings["precision"]


def _check_count(name, count):
    if not isinstance(count, int):
        raise TypeError(f"{name} expects an int, but got {type(count).__name__}")
    if count <= 0:
        raise RuntimeError(f"{name} expects a positive integer")


def set_num_threads(count):
    """The host decides on threads."""
    _check_count("set_num_threads", count)
    _settings["threads"] = count


def get_num_threads():
    """As it was set."""
    return _settings["threads"]


def set_num_interop_threads(count):
    """The host decides on threads."""
    _check_count("set_num_interop_threads", count)
    _settings["interop"] = count


def get_num_interop_threads():
    """As it was set."""
    return _settings["interop"]


def set_default_device(device):
    """There is one device."""
    check_device(device)


def get_default_device():
    """The one device."""
    return device("cpu")


def set_flush_denormal(mode):
    """The host does not flush: gives False, as where PyTorch cannot."""
    return False


NAMES = {name: value for name, value in globals().items() if callable(value) and not name.startswith("_")
         and value.__module__ == __name__}
