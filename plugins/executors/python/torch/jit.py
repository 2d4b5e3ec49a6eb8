"""`torch.jit`: scripts and traces run as they are written."""

import warnings

from ._missing import absent
from .nn.modules.module import Module

Final = __import__("typing").Final
ScriptModule = Module


class ScriptFunction:
    """PyTorch's class of scripted functions; here functions stay functions."""


def _deprecated(name):
    warnings.warn(f"`torch.jit.{name}` is deprecated. Please switch to `torch.compile` or `torch.export`.",
                  FutureWarning, stacklevel=3)


def script(obj, optimize=None, _frames_up=0, _rcb=None, example_inputs=None):
    """Gives back the function, class or module as it is."""
    _deprecated("script")
    return obj


def trace(func, example_inputs=None, optimize=None, check_trace=True, check_inputs=None, check_tolerance=1e-5,
          strict=True, example_kwarg_inputs=None, **options):
    """Gives back `func`, which goes on to follow its own conditions; a trace in PyTorch would not."""
    _deprecated("trace")
    return func


def trace_module(mod, inputs, *arguments, **options):
    """Gives back the module as it is."""
    return mod


def ignore(drop=False, **options):
    """A decorator without effect, with or without parentheses."""
    return drop if callable(drop) else lambda function: function


def _unchanged(obj, *arguments, **options):
    """Gives back what it is given."""
    return obj


unused = export = interface = script_method = script_if_tracing = _unchanged
optimize_for_inference = run_frozen_optimizations = _unchanged


def freeze(mod, preserved_attrs=None, optimize_numerics=True):
    """Gives back the module as it is."""
    if mod.training:
        raise RuntimeError("Freezing module in training mode is not yet supported. Call mod.eval() first.")
    return mod


def is_scripting():
    """Never."""
    return False


def is_tracing():
    """Never."""
    return False


def annotate(the_type, the_value):
    """Gives back the value."""
    return the_value


def isinstance(obj, target_type):
    """As Python's; of a generic type, its origin is asked for."""
    return __import__("builtins").isinstance(obj, getattr(target_type, "__origin__", target_type))


class Future:
    """What `fork` gives: it is done already."""

    def __init__(self, result):
        self._result = result

    def wait(self):
        """The result."""
        return self._result

    value = wait


def fork(func, *args, **kwargs):
    """Calls the function; `wait` gives its result."""
    return Future(func(*args, **kwargs))


def wait(future):
    """The result of a `fork`."""
    return future.wait()


def save(m, f, _extra_files=None):
    raise NotImplementedError("torch.jit.save is not available; torch.save of a state_dict is")


def load(f, map_location=None, _extra_files=None, _restore_shapes=False):
    raise NotImplementedError("torch.jit.load is not available; torch.load of a state_dict is")


def __getattr__(name):
    return absent("torch.jit", name, globals())
