"""Which dtype a result has, and operands brought to it."""

from ._base import wrap
from ._dtype import bool_, float32, host_dtype, int64
from ._host import Err, raised, tensors

_default = float32


def get_default_dtype():
    return _default


def set_default_dtype(kind):
    global _default
    if not kind.is_floating_point:
        raise TypeError(
            "only floating-point types are supported as the default type; got torch." + kind.name
        )
    host_dtype(kind)
    _default = kind


def default_dtype():
    """The type of a tensor made from Python floats."""
    return _default


def cast(x, kind):
    """`x` as `kind`; `x` itself where it is that already."""
    own = x.dtype
    if own is kind:
        return x
    try:
        if kind is bool_:
            return wrap(tensors.binary_scalar(tensors.BinaryOp.NE, x, 0.0), bool_)
        if own.host is kind.host:
            # A boolean read as an integer: the host holds both as u8.
            return wrap(tensors.reshape(x, list(x.shape)), kind)
        return wrap(tensors.cast(x, host_dtype(kind)), kind)
    except Err as err:
        raise raised(err) from None


def promote_types(a, b):
    """The smallest type that holds both."""
    for kind in (a, b):
        if kind.rank is None:
            host_dtype(kind)
    return a if a.rank >= b.rank else b


def _category(kind):
    return 0 if kind is bool_ else 2 if kind.is_floating_point else 1


def result_of(a, b):
    """The type of an operation on the tensors `a` and `b`: a tensor without dimensions counts less."""
    x, y = a.dtype, b.dtype
    if x is y:
        return x
    first, second = _category(x), _category(y)
    if first != second:
        # The higher of boolean < integer < floating wins, whatever the dimensions.
        return x if first > second else y
    if a.shape and not b.shape:
        return x
    if b.shape and not a.shape:
        return y
    return promote_types(x, y)


def with_number(x, number):
    """The type of an operation on the tensor `x` and a Python number."""
    kind = x.dtype
    if kind.is_floating_point:
        return kind
    if isinstance(number, bool):
        return kind
    if isinstance(number, int):
        return int64 if kind is bool_ else kind
    if isinstance(number, float):
        return _default
    raise TypeError(f"unsupported operand type: '{type(number).__name__}'")


def result_type(a, b):
    """`torch.result_type`."""
    if hasattr(a, "dtype"):
        return result_of(a, b) if hasattr(b, "dtype") else with_number(a, b)
    return with_number(b, a)
