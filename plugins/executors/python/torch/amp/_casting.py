"""Which functions cast their arguments under `torch.autocast("cpu")`, and how they are made to.

A function that asked at every call whether to cast would be slower for everybody. Instead, for as long as casting
is on, functions that cast stand in the place of those that do not: in the package's modules, and in the program's.
"""

import functools
import sys

from .._base import Tensor
from .._dtype import float32, float64
from .._promotion import cast

# Computed in the narrower type.
_NARROW = frozenset("""
    matmul mm bmm addmm baddbmm addbmm vecdot linear conv1d conv2d conv3d conv_transpose1d conv_transpose2d
    conv_transpose3d scaled_dot_product_attention
""".split())
# Computed in float32.
_WIDE = frozenset("""
    avg_pool3d binary_cross_entropy grid_sample prod quantile nanquantile stft cdist trace cholesky cholesky_inverse
    cholesky_solve inverse max_pool3d adaptive_avg_pool3d mse_loss cosine_embedding_loss nll_loss
    hinge_embedding_loss poisson_nll_loss smooth_l1_loss cross_entropy l1_loss huber_loss margin_ranking_loss
    soft_margin_loss triplet_margin_loss multi_margin_loss ctc_loss kl_div multilabel_margin_loss
    binary_cross_entropy_with_logits qr svd pinverse det slogdet inv eigh eigvalsh solve lstsq cond matrix_rank
""".split())
# Computed as they come, though made of what is computed in the narrower type.
_AS_THEY_COME = frozenset("mv addmv dot vdot".split())

_SELF = __name__
# Function → what stands for it, by the type that is cast to.
_stands = {}
# (namespace, how to set, name, plain, casting) of every place where one stands in.
_replaced = []


def _narrowed(value, narrow):
    if isinstance(value, Tensor):
        kind = value.dtype
        return cast(value, narrow) if kind.is_floating_point and kind is not float64 and kind is not narrow else value
    if isinstance(value, (list, tuple)) and any(isinstance(part, Tensor) for part in value):
        return type(value)(_narrowed(part, narrow) for part in value)
    return value


def _widened(value, _):
    if isinstance(value, Tensor):
        kind = value.dtype
        return cast(value, float32) if kind.is_floating_point and kind.itemsize < 4 else value
    if isinstance(value, (list, tuple)) and any(isinstance(part, Tensor) for part in value):
        return type(value)(_widened(part, None) for part in value)
    return value


def _unconverted(function, narrow):
    @functools.wraps(function)
    def call(*args, **kwargs):
        cast_to(None)
        try:
            return function(*args, **kwargs)
        finally:
            cast_to(narrow)

    call.is_casting = True
    return call


def _casting(function, convert, narrow):
    if convert is _unconverted:
        return _unconverted(function, narrow)

    @functools.wraps(function)
    def call(*args, **kwargs):
        return function(*[convert(value, narrow) for value in args],
                        **{name: convert(value, narrow) for name, value in kwargs.items()})

    call.is_casting = True
    return call


def _convert(value):
    """How the function `value` casts; None for one that does not."""
    name = getattr(value, "__name__", None)
    how = _HOW.get(name)
    if how is None or not callable(value) or isinstance(value, type):
        return None
    module = getattr(value, "__module__", None) or ""
    if not module.startswith("torch.") or module == _SELF or hasattr(value, "is_casting"):
        return None
    return how


def _spaces():
    """The namespaces of the package, each with the function that sets a name in it."""
    from .._functions import FUNCTIONS

    yield Tensor.__dict__, functools.partial(setattr, Tensor)
    yield FUNCTIONS, FUNCTIONS.__setitem__
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "torch" and name != _SELF:
            yield module.__dict__, module.__dict__.__setitem__


@functools.cache
def _places():
    """Every place in the package where a function that casts is found: (namespace, how to set, name, function)."""
    return [(space, put, name, value) for space, put in _spaces()
            for name, value in list(space.items()) if _convert(value) is not None]


def _places_of_program():
    """The same in what the program imported."""
    known = {place[3] for place in _places()}
    for module_name, module in list(sys.modules.items()):
        if module_name in _before or module_name.partition(".")[0] == "torch":
            continue
        space = getattr(module, "__dict__", {})
        for name, value in list(space.items()):
            if value.__class__ is _FUNCTION and value in known:
                yield space, space.__setitem__, name, value


def cast_to(narrow):
    """Casting to `narrow` from here on; None turns it off."""
    for space, put, name, plain, stand in reversed(_replaced):
        if space.get(name) is stand:
            put(name, plain)
    _replaced.clear()
    if narrow is None:
        return
    for space, put, name, value in (*_places(), *_places_of_program()):
        if space.get(name) is not value:
            continue
        stand = _stands.get((value, narrow))
        if stand is None:
            stand = _stands[value, narrow] = _casting(value, _convert(value), narrow)
        put(name, stand)
        _replaced.append((space, put, name, value, stand))


_HOW = {**dict.fromkeys(_NARROW, _narrowed), **dict.fromkeys(_WIDE, _widened),
        **dict.fromkeys(_AS_THEY_COME, _unconverted)}
_FUNCTION = type(cast_to)
# Modules that were there before the package: none of them knows its functions.
_before = frozenset(sys.modules) - {"__main__"}
