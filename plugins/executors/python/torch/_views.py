"""Views and in-place writes.

The host's tensors do not alias. What a program can see of PyTorch's aliasing is kept here: a view knows the tensor it
was taken from and how; a write through a view is written back to that tensor, and a write to a tensor is shown to all
of its views.
"""

import weakref

from ._base import wrap
from ._dropping import Dropping
from ._grad_mode import grad_mode
from ._host import Err, autograd, raised

_getweakrefs = weakref.getweakrefs


class _Root(weakref.ref):
    """From a view to the tensor it was taken from, and (weakly) back."""

    __slots__ = ("view", "path")


def note_view(view, source, step):
    """Records that `view` is `step` of `source`. A step is (forward, write back): functions of handles."""
    origin = source._view
    if origin is None:
        root = _Root(source)
        root.path = (step,)
    else:
        base = origin()
        if base is None:
            base = source
            path = (step,)
        else:
            path = origin.path + (step,)
        root = _Root(base)
        root.path = path
    root.view = weakref.ref(view)
    view._view = root
    return view


def _detached(x):
    return autograd.detach(x)


# What `detach` and `.data` are: the same values, no record.
DETACH = (_detached, lambda base, value: value)


def rebind(target, value):
    """The Python object `target` becomes a handle to what `value` is a handle to; `value` is used up."""
    _, drop, arguments, _ = target.finalizer.detach()
    _, new_drop, new_arguments, _ = value.finalizer.detach()
    target.handle = value.handle
    target.finalizer = Dropping(target, new_drop, *new_arguments)
    value.handle = None
    drop(*arguments)


def _set(target, value):
    """Gives `target`, which is no view, the values of `value`."""
    if target._leaf is None:
        rebind(target, value)
        return
    if not grad_mode.recording:
        autograd.assign(target, value)
        return
    autograd.set_recording(False)
    try:
        autograd.assign(target, value)
    finally:
        autograd.set_recording(True)


def refuse_write(base, value):
    """Writes back to an expanded tensor: never."""
    raise RuntimeError(
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
        "Please clone() the tensor before performing the operation."
    )


def check_writable(target):
    """Refuses to write in place to a leaf whose history is being recorded."""
    if target._leaf is not None and grad_mode.recording:
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    view = target._view
    if view is not None:
        for _, back in view.path:
            if back is refuse_write:
                back(None, None)
        base = view()
        if base is not None and base._leaf is not None and DETACH not in view.path and grad_mode.recording:
            raise RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.")


def write(target, value):
    """In-place: `target` takes the values of the fresh tensor `value` (same shape and dtype). Returns `target`."""
    if value is target:
        return target
    check_writable(target)
    target._version += 1
    try:
        origin = target._view
        root = None if origin is None else origin()
        if root is None:
            _set(target, value)
            show(target, None)
            return target
        # Down the path of the view, then back up with the new values.
        before = [root]
        for forward, _ in origin.path[:-1]:
            before.append(forward(before[-1]))
        new = wrap(autograd.detach(value)) if DETACH in origin.path else value
        for (_, back), base in zip(reversed(origin.path), reversed(before)):
            new = back(base, new)
        if new is value:
            new = autograd.detach(value)
        rebind(target, value)
        _set(root, wrap(new))
        show(root, target)
        return target
    except Err as err:
        raise raised(err) from None


def show(root, current):
    """Shows the new values of `root` to its views, but for `current`, which has them."""
    for reference in _getweakrefs(root):
        if reference.__class__ is not _Root:
            continue
        view = reference.view()
        if view is None or view is current:
            continue
        value = root
        for forward, _ in reference.path:
            value = forward(value)
        kind = view._dtype
        rebind(view, wrap(value, kind))
