"""Reverse passes in which the program has a say: its own functions, hooks, and gradients of gradients."""

import collections
import weakref

from ._base import Tensor, wrap
from ._grad_mode import record
from ._host import autograd, host
from ._pointwise import add_plain
from ._promotion import cast

# Own functions by the host's number of their record: what their gradient is made by.
_functions = {}
# Hooks on computed tensors, by the host's number of the watch.
_watches = {}
# The next key of a hook: handles know their hooks by it.
_keys = iter(range(1, 2**62))


class RemovableHandle:
    """What `register_hook` gives: takes the hook away again."""

    def __init__(self, hooks, key):
        self._hooks = weakref.ref(hooks)
        self.id = key

    def remove(self):
        """Takes the hook away."""
        hooks = self._hooks()
        if hooks is not None:
            hooks.pop(self.id, None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


class Hooks(collections.OrderedDict):
    """Functions to be called with a gradient, in the order they came."""

    def add(self, hook):
        """Adds `hook`; gives what removes it."""
        key = next(_keys)
        self[key] = hook
        return RemovableHandle(self, key)

    def applied(self, gradient):
        """`gradient` after all hooks: each may replace it."""
        for hook in tuple(self.values()):
            result = hook(gradient)
            if result is not None:
                if not isinstance(result, Tensor):
                    raise TypeError("hooks should return None or a Tensor, but got " + type(result).__name__)
                gradient = result
        return gradient


class _Watch:
    """What happens when the gradient of a computed tensor is whole."""

    def __init__(self):
        self.hooks = Hooks()
        self.retained = None

    def seen(self, gradient):
        gradient = self.hooks.applied(gradient)
        x = None if self.retained is None else self.retained()
        if x is not None:
            x.grad = gradient if x.grad is None else add_plain(x.grad, gradient)
        return gradient


def watch(x):
    """The watch on the computed tensor `x`."""
    number = host(autograd.watch, x)
    forget()
    return _watches.setdefault(number, _Watch())


def remember(number, function):
    """Keeps `function` as long as the host keeps record `number`."""
    forget()
    _functions[number] = function


def forget():
    """Lets go of what was kept for records that are gone."""
    for number in autograd.released():
        _functions.pop(number, None)
        _watches.pop(number, None)


def is_needed():
    """Does the program have a say in any pass?"""
    return bool(_functions or _watches)


def run(outputs, gradients, inputs, recorded, retain):
    """Goes back from `outputs` to `inputs`, or to every leaf where that is None; gives the host's pass at its end. Without
    `retain`, nothing can go back there again."""
    roots = [autograd.Root(output, gradient) for output, gradient in zip(outputs, gradients)]
    going = host(autograd.ReversePass.start, roots, inputs, recorded, retain)
    before = record(recorded)
    try:
        while True:
            stop = host(going.next)
            if isinstance(stop, autograd.Stop_Custom):
                function = _functions[stop.value.function]
                answers = function.answers(going, [None if g is None else wrap(g) for g in stop.value.gradients])
                if not retain:
                    function.let_go()
                host(going.answer_custom, answers)
            elif isinstance(stop, autograd.Stop_Watched):
                found = wrap(stop.value.gradient)
                watching = _watches.get(stop.value.watch)
                kept = found if watching is None else watching.seen(found)
                host(going.answer_watched, fitted(kept, found.shape, found.dtype, "a hook returned an invalid gradient"))
            else:
                return going
    finally:
        record(before)
        forget()


def fitted(gradient, shape, kind, source):
    """`gradient` as that of a tensor of `shape` and dtype `kind`: broadcast dimensions are summed. `source` begins the
    message where that cannot be."""
    if gradient.shape != shape:
        own = gradient.shape
        lead = len(own) - len(shape)
        fits = lead >= 0 and all(b == a or b == 1 for a, b in zip(own[lead:], shape))
        if not fits:
            raise RuntimeError(
                f"{source} - got {list(own)} but expected shape compatible with "
                f"{list(shape)}"
            )
        dims = [*range(lead), *(d + lead for d, extent in enumerate(shape) if extent == 1 and own[d + lead] != 1)]
        gradient = gradient.sum(dims, keepdim=True).reshape(shape)
    return gradient if gradient.dtype is kind else cast(gradient, kind)
