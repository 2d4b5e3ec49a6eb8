"""Which dtype a result has, and operands brought to it."""

from ._base import Tensor, wrap
from ._dtype import bool_, dtype, float32, host_dtype, int16, int64
from ._host import Err, raised, tensors

_default = float32


def get_default_dtype():
    """The type of a tensor made from Python floats."""
    return _default


default_dtype = get_default_dtype


def set_default_dtype(d):
    """Python floats become tensors of type `d` from here on."""
    global _default
    if not isinstance(d, dtype):
        raise TypeError("invalid dtype object: only floating-point types are supported as the default type")
    if not d.is_floating_point:
        raise TypeError(f"only floating-point types are supported as the default type; got {d}")
    host_dtype(d)
    _default = d


def cast(x, kind):
    """`x` as `kind`; `x` itself where it is that already."""
    own = x.dtype
    if own is kind:
        return x
    try:
        if kind is bool_:
            return wrap(tensors.binary_scalar(tensors.BinaryOp.NE, x, 0.0), bool_)
        if kind.host is None:
            return _as_pairs(x, kind)
        if own.host is kind.host:
            # A boolean read as an integer: the host holds both as u8.
            return wrap(tensors.reshape(x, list(x.shape)), kind)
        return wrap(tensors.cast(x, host_dtype(kind)), kind)
    except Err as err:
        raise raised(err) from None


def _as_pairs(x, kind):
    """`x` as a complex tensor; other types that the host does not have are refused."""
    if not kind.is_complex:
        host_dtype(kind)
    from ._complex import complex_

    real = cast(x, kind.to_real())
    return complex_(real, real.new_zeros(real.shape))


def promote_types(type1, type2):
    """The smallest type that holds both."""
    if type1 is type2:
        return type1
    low, high = type1.rank, type2.rank
    if low is None or high is None:
        return _promoted_by_name(type1, type2)
    if low != high:
        return type1 if low > high else type2
    # Of one rank: uint8 and int8, or float16 and bfloat16. Neither holds the other.
    return int16 if low == 1 else float32


def _promoted_by_name(a, b):
    if a.is_complex or b.is_complex:
        parts = [kind.to_real() for kind in (a, b) if kind.is_complex or kind.is_floating_point]
        return (promote_types(*parts) if len(parts) == 2 else parts[0]).to_complex()
    for kind in (a, b):
        if kind.rank is None and kind.is_floating_point:
            host_dtype(kind)
    for kind, other in ((a, b), (b, a)):
        if kind.is_floating_point and not other.is_floating_point:
            return kind
    raise RuntimeError(
        "Promotion for uint16, uint32, uint64 types is not supported, attempted to promote "
        f"{a.title} and {b.title}"
    )


def _category(kind):
    return 3 if kind.is_complex else 0 if kind is bool_ else 2 if kind.is_floating_point else 1


def can_cast(from_, to):
    """May a value of type `from_` be written to a tensor of type `to`?"""
    return _category(to) >= _category(from_)


def result_of(a, b):
    """The type of an operation on the tensors `a` and `b`: a tensor without dimensions counts less."""
    x, y = a.dtype, b.dtype
    if x is y:
        return x
    first, second = _category(x), _category(y)
    if first == second and (not a.shape) is not (not b.shape):
        return x if a.shape else y
    if first != second and (a.shape if first > second else b.shape):
        return x if first > second else y
    return promote_types(x, y)


def with_number(x, number):
    """The type of an operation on the tensor `x` and a Python number."""
    kind = x.dtype
    if isinstance(number, float):
        return kind if kind.is_floating_point else _default
    if isinstance(number, int):
        return int64 if kind is bool_ and not isinstance(number, bool) else kind
    if isinstance(number, complex):
        raise NotImplementedError("this function of complex numbers is not available; of their parts it is")
    raise TypeError(f"unsupported operand type: '{type(number).__name__}'")


def type_of_number(number):
    """The type of a tensor made from a Python number."""
    if isinstance(number, complex):
        return _default.to_complex()
    return bool_ if isinstance(number, bool) else int64 if isinstance(number, int) else _default


def result_type(tensor1, tensor2):
    """The type of an operation on two tensors or numbers."""
    if isinstance(tensor1, Tensor):
        return result_of(tensor1, tensor2) if isinstance(tensor2, Tensor) else with_number(tensor1, tensor2)
    if isinstance(tensor2, Tensor):
        return with_number(tensor2, tensor1)
    return promote_types(type_of_number(tensor1), type_of_number(tensor2))


def result_of_all(operands):
    """The type of an operation on several tensors and numbers."""
    with_dims, without, number = None, None, None
    for x in operands:
        if not isinstance(x, Tensor):
            kind = type_of_number(x)
            number = kind if number is None else promote_types(number, kind)
        elif x.shape:
            with_dims = x.dtype if with_dims is None else promote_types(with_dims, x.dtype)
        else:
            without = x.dtype if without is None else promote_types(without, x.dtype)
    kind = with_dims
    for lower in (without, number):
        if kind is None:
            kind = lower
        elif lower is not None and _category(lower) > _category(kind):
            kind = lower
    return kind
