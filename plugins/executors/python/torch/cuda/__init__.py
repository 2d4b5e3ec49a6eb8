"""`torch.cuda`: there is no CUDA device inside a sandbox; the host decides where tensors live."""

import collections

from .._host import OutOfMemoryError
from .._missing import absent
from . import amp, nvtx

default_generators = ()
has_half = has_magma = False


def _no_device(name):
    def function(*arguments, **options):
        raise AssertionError("Torch not compiled with CUDA enabled (a sandbox has one device, which is called 'cpu')")

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "Needs a CUDA device; raises AssertionError."
    return function


for _name in """current_device get_device_name get_device_properties get_device_capability set_device current_stream
        default_stream mem_get_info get_rng_state set_rng_state init utilization temperature memory_usage
        graph make_graphed_callables current_blas_handle can_device_access_peer""".split():
    globals()[_name] = _no_device(_name)


def _without_effect(name, result=None):
    def function(*arguments, **options):
        return result

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"There is no device: gives {result!r}."
    return function


for _names, _result in (
    ("is_available is_initialized is_bf16_supported is_tf32_supported is_current_stream_capturing", False),
    ("""synchronize empty_cache ipc_collect reset_peak_memory_stats reset_max_memory_allocated
        reset_max_memory_cached reset_accumulated_memory_stats set_per_process_memory_fraction set_sync_debug_mode
        set_stream seed seed_all""", None),
    ("""device_count max_memory_allocated memory_allocated max_memory_reserved memory_reserved max_memory_cached
        memory_cached get_sync_debug_mode""", 0),
    ("memory_summary", ""),
):
    for _name in _names.split():
        globals()[_name] = _without_effect(_name, _result)


def manual_seed(seed):
    """Seeds the devices, of which there are none."""
    int(seed)


manual_seed_all = manual_seed


def memory_stats(device=None):
    """Nothing is counted."""
    return collections.OrderedDict()


def get_rng_state_all():
    """One state for each device."""
    return []


def set_rng_state_all(new_states):
    """Sets the states of no devices."""
    if list(new_states):
        _no_device("set_rng_state_all")()


def get_arch_list():
    """No architectures."""
    return []


class device:
    """Selects a device; there is none to select."""

    def __init__(self, device):
        self.idx = device

    def __enter__(self):
        return None

    def __exit__(self, *_):
        return False


class _Absent:
    """What needs a device."""

    def __init__(self, *arguments, **options):
        _no_device(type(self).__name__)()


Stream = type("Stream", (_Absent,), {"__doc__": "A queue of work on a device; raises AssertionError."})
ExternalStream = CUDAGraph = Stream


class Event:
    """A mark in a queue of work. It can be made, and used only with a device."""

    def __init__(self, enable_timing=False, blocking=False, interprocess=False, external=False):
        pass

    record = wait = query = elapsed_time = synchronize = _no_device("Event")


class StreamContext(device):
    """Within it, work goes to a queue; there are no queues."""


def stream(stream):
    """Within it, work goes to `stream`; None is no stream."""
    return StreamContext(stream)


def __getattr__(name):
    return absent("torch.cuda", name, globals())


__all__ = ["OutOfMemoryError", "amp", "nvtx"]
