"""`torch.utils.checkpoint`: the results and gradients of checkpointing. The host keeps what the gradients need, so it
saves no memory and computes nothing twice.
"""

import contextlib
import functools

from .._missing import absent


def checkpoint(function=None, *args, use_reentrant=None, preserve_rng_state=True, context_fn=None,
               determinism_check="default", debug=False, early_stop=True, respect_saved_tensors_hooks=None, **kwargs):
    """`function(*args, **kwargs)`; without a function, a decorator."""
    if function is None:
        return functools.partial(
            functools.partial, checkpoint, use_reentrant=use_reentrant, context_fn=context_fn, **kwargs)
    if use_reentrant and kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    if context_fn is None:
        return function(*args, **kwargs)
    with context_fn()[0]:
        return function(*args, **kwargs)


def checkpoint_sequential(functions, segments, input, use_reentrant=None, **kwargs):
    """The modules of `functions` one after another."""
    for function in functions.children() if hasattr(functions, "children") else functions:
        input = function(input)
    return input


@contextlib.contextmanager
def set_checkpoint_early_stop(enable):
    """Accepted."""
    yield


def __getattr__(name):
    return absent("torch.utils.checkpoint", name, globals())


__all__ = ["checkpoint", "checkpoint_sequential", "set_checkpoint_early_stop"]
