"""Views and in-place writes.

The host's tensors do not alias. What a program can see of PyTorch's aliasing is kept here: a view knows the tensor it
was taken from and how; a write through a view is written back to that tensor, and a write to a tensor is shown to all
of its views.
"""

import weakref

from ._base import Tensor, wrap
from ._dropping import Dropping
from ._grad_mode import grad_mode, record
from ._host import Err, autograd, raised, tensors
from ._steps import Detach, apart, contiguous_strides

_getweakrefs = weakref.getweakrefs

# What `detach` and `.data` are.
DETACH = Detach()


class _Root(weakref.ref):
    """From a view to the tensor it was taken from, and (weakly) back.

    A view holds its base, as it would hold PyTorch's storage: `held`. Where it does not (`held` is None), the base is
    one that other views hold if they need it, and views of this view are taken from this view.
    """

    # `plain`: the elements lie without gaps, row-major.
    __slots__ = ("view", "path", "held", "plain")


def note_view(view, source, step, plain=False):
    """Records that `view` is `step` of `source`. `plain`: a contiguous source makes a contiguous view."""
    origin = source._view
    if origin is None:
        root = _Root(source)
        root.path = (step,)
        root.held = source
        root.plain = plain
    elif origin.held is None:
        root = _Root(source)
        root.path = (step,)
        root.held = source
        root.plain = plain and origin.plain
    else:
        root = _Root(origin.held)
        root.path = origin.path + (step,)
        root.held = origin.held
        root.plain = plain and origin.plain
    root.view = weakref.ref(view)
    view._view = root
    return view


def note_loosely(view, source):
    """Records that `view` has the values of `source` and does not hold it: what else needs it holds it."""
    origin = source._view
    base = None if origin is None else origin()
    if base is None:
        root = _Root(source)
        root.path = (DETACH,)
        root.plain = True
    else:
        root = _Root(base)
        root.path = origin.path + (DETACH,)
        root.plain = origin.plain
    root.held = None
    root.view = weakref.ref(view)
    view._view = root
    return view


def note_detached(view, source):
    """Records that `view` is `source` without its record, which it must not keep alive."""
    if source._leaf is None and autograd.requires_gradient(source):
        return note_loosely(view, source)
    return note_view(view, source, DETACH, True)


def layout(x):
    """The strides of `x` and its offset, as PyTorch counts them for a base without gaps."""
    origin = x._view
    root = None if origin is None else origin()
    if root is None:
        return contiguous_strides(x.shape), 0
    strides, offset = layout(root)
    shape = root.shape
    for step in origin.path:
        shape, strides, offset = step.layout(shape, strides, offset)
    return list(strides), offset


def is_plain(x):
    """Do the elements of `x` lie without gaps, row-major?"""
    origin = x._view
    if origin is None or origin.plain:
        return True
    shape = x.shape
    if 0 in shape:
        return True
    strides = layout(x)[0]
    return all(n == 1 or have == want for n, have, want in zip(shape, strides, contiguous_strides(shape)))


def memory_order(x):
    """The dimensions of `x` from the outermost to the innermost; None where its elements do not fill their memory."""
    strides = layout(x)[0]
    order = sorted(range(x.dim()), key=lambda d: -strides[d])
    expected = 1
    for d in reversed(order):
        if x.shape[d] != 1 and strides[d] != expected:
            return None
        expected *= x.shape[d]
    return order


def filled_like(x, draw):
    """What `draw` makes of a shape, in the shape of `x` and in the order of its memory, as PyTorch fills it."""
    order = None if is_plain(x) else memory_order(x)
    if order is None:
        return draw(list(x.shape))
    inverse = [0] * len(order)
    for place, dim in enumerate(order):
        inverse[dim] = place
    return draw([x.shape[d] for d in order]).permute(inverse)


def surely_plain_base(x):
    """Is the base of `x` one that PyTorch lays out without gaps too?"""
    origin = x._view
    root = None if origin is None else origin()
    return x._packed if root is None else surely_plain_base(root)


def rebind(target, value):
    """The Python object `target` becomes a handle to what `value` is a handle to; `value` is used up."""
    _, drop, arguments, _ = target.finalizer.detach()
    _, new_drop, new_arguments, _ = value.finalizer.detach()
    target.handle = value.handle
    if value.__class__ is Tensor:
        target._made = value._made
    target.finalizer = Dropping(target, new_drop, *new_arguments)
    value.handle = None
    drop(*arguments)


def duplicate(x):
    """A handle to a tensor of its own with the values and the record of `x`; the host's `reshape` may give `x` back."""
    shape = list(x.shape if isinstance(x, Tensor) else tensors.Tensor.shape(x))
    if len(shape) > 1:
        count = 1
        for extent in shape:
            count *= extent
        return tensors.reshape(tensors.reshape(x, [count]), shape)
    return tensors.reshape(tensors.reshape(x, [1, *shape]), shape)


def _assign(target, value):
    before = record(False)
    try:
        autograd.assign(target, value)
    finally:
        record(before)


def _set(target, value, silent):
    """Gives `target` the values of `value`, which is used up; `silent`: its record stays as it is."""
    target._version += 1
    if target._leaf is not None:
        _assign(target, value)
        return
    if silent:
        if autograd.requires_gradient(target):
            before = record(True)
            try:
                same = duplicate(target)
            finally:
                record(before)
            _assign(same, value)
            value = same
    elif not autograd.requires_gradient(value) and autograd.requires_gradient(target):
        # Overwritten whole: it still requires a gradient, and what it was gets none.
        always = tensors.full(tensors.Dtype.U8, [], 1.0)
        value = tensors.select(always, value, target)
    rebind(target, value)


def replacing(target, value):
    """`value`, as what `target` becomes: where both are recorded, what `target` was gets a gradient of 0."""
    if grad_mode.recording and autograd.requires_gradient(target) and autograd.requires_gradient(value):
        return wrap(tensors.select(tensors.full(tensors.Dtype.U8, [], 1.0), value, target), target._dtype)
    return wrap(duplicate(value), target._dtype)


def check_writable(target):
    """Refuses to write in place to a leaf whose history is being recorded."""
    if target._leaf is not None and grad_mode.recording:
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    origin = target._view
    if origin is not None:
        for step in origin.path:
            if not step.writable:
                raise RuntimeError(
                    "unsupported operation: more than one element of the written-to tensor refers to a single memory "
                    "location. Please clone() the tensor before performing the operation."
                )
        base = origin()
        if base is not None and base._leaf is not None and grad_mode.recording and DETACH not in origin.path:
            raise RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.")


def write(target, value):
    """In-place: `target` takes the values of the fresh tensor `value` (same shape and dtype). Returns `target`."""
    if value is target:
        return target
    check_writable(target)
    try:
        _set(target, value, not grad_mode.recording)
        if target._view is not None or _getweakrefs(target):
            show(target)
    except Err as err:
        raise raised(err) from None
    return target


def overwrite(view, value):
    """In-place, for a view that nobody looks at afterwards: what it is a view of takes the values of `value`.

    `value` may be any tensor; it is not used up.
    """
    check_writable(view)
    origin = view._view
    root = None if origin is None else origin()
    if root is None or any(True for r in _getweakrefs(view) if r.__class__ is _Root):
        write(view, wrap(duplicate(value), view._dtype))
        return
    _lift(value, root, origin.path)
    if root._view is not None or _getweakrefs(root):
        show(root, view)


def show(target, current=None):
    """Shows the new values of `target` to the tensor it is a view of and to its views, but not to `current`."""
    origin = target._view
    if origin is not None:
        root = origin()
        if root is not None and root is not current:
            _lift(target, root, origin.path)
            show(root, target)
    written = None if current is None or current._view is None or current._view() is not target else current._view.path
    for reference in _getweakrefs(target):
        if reference.__class__ is not _Root:
            continue
        view = reference.view()
        if view is None or view is current or written is not None and apart(written, reference.path):
            continue
        _refresh(view, target, reference.path)
        show(view, target)


def _lift(view, root, path):
    """Writes the values of `view` to `root`, which it is taken from by `path`."""
    silent = DETACH in path or not grad_mode.recording
    before = record(not silent)
    try:
        bases = [root]
        for step in path[:-1]:
            bases.append(step.forward(bases[-1]))
        new = autograd.detach(view) if silent else view
        for step, base in zip(reversed(path), reversed(bases)):
            new = step.back(base, new)
        if new is view:
            new = duplicate(view)
    finally:
        record(before)
    _set(root, new, silent)


def _refresh(view, root, path):
    """Gives `view` what `path` now finds in `root`."""
    leaf = view._leaf is not None
    before = record(not leaf and (grad_mode.recording or autograd.requires_gradient(view)))
    try:
        value = root
        for step in path:
            value = step.forward(value)
    finally:
        record(before)
    view._version += 1
    if leaf:
        _assign(view, value)
    else:
        rebind(view, value)


def leave(target):
    """Takes `target` out of its family: its views see, from here on, what it held until now."""
    target._view = None
    if _views_of(target):
        _hand_over(target, wrap(autograd.detach(target), target._dtype))


def _views_of(target):
    return [r for r in _getweakrefs(target) if r.__class__ is _Root and r.view() is not None]


def _hand_over(target, base):
    """The views of `target` become views of `base`."""
    base._packed = target._packed
    for old in _views_of(target):
        root = _Root(base)
        root.path, root.plain, root.view = old.path, old.plain, old.view
        root.held = None if old.held is None else base
        old.view()._view = root


def set_data(target, source):
    """`target` has the values of `source` from here on, and shares them; shape and dtype are the same."""
    if source is target:
        return
    fresh = autograd.detach(source)
    leave(target)
    if source._view is None or source._view() is not target:
        _set(target, fresh, True)
        note_loosely(target, source)


def become(target, view):
    """In-place change of shape: `target` turns into `view`, which was taken from it."""
    origin = view._view
    if origin is not None and origin() is target:
        # Others may look at the storage: it gets an object of its own.
        if len(_views_of(target)) > 1:
            _hand_over(target, wrap(duplicate(target), target._dtype))
            new = view._view
        else:
            new = None
    else:
        new = origin
    shape = view.shape
    if new is not None:
        new.view = weakref.ref(target)
    rebind(target, view)
    view._view = None
    target._view = new
    target._shape = shape
    return target
