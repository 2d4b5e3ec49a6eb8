"""`torch.compiler`: what programs say to a compiler that is not there."""

from ._compiling import _BACKENDS, compile
from ._missing import absent


def _unchanged(fn=None, *arguments, **options):
    """Gives back the function, or a decorator that does."""
    return (lambda inner: inner) if fn is None else fn


allow_in_graph = assume_constant_result = disable = nested_compile_region = nonstrict_trace = wrap_numpy = _unchanged


def is_compiling():
    """Never."""
    return False


is_dynamo_compiling = is_exporting = is_compiling


def reset():
    """Nothing was compiled."""


def cudagraph_mark_step_begin():
    """Accepted."""


def list_backends(exclude_tags=("debug", "experimental")):
    """The names that PyTorch knows; all do the same here."""
    return list(_BACKENDS[:4] if exclude_tags else _BACKENDS)


class set_stance:
    """Accepted, as a call, a context manager and a decorator."""

    def __init__(self, stance="default", *, skip_guard_eval_unsafe=False, force_backend=None):
        pass

    def __call__(self, function):
        return function

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


def __getattr__(name):
    return absent("torch.compiler", name, globals())


__all__ = ["allow_in_graph", "assume_constant_result", "compile", "cudagraph_mark_step_begin", "disable",
           "is_compiling", "is_dynamo_compiling", "is_exporting", "list_backends", "reset", "set_stance"]
