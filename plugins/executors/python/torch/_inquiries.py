"""What `torch` says of a tensor, and of a sandbox's defaults."""

from ._base import Tensor
from ._dtype import CPU


def _tensor(name, input):
    if not isinstance(input, Tensor):
        raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}")
    return input


def is_tensor(obj):
    """Is `obj` a tensor?"""
    return isinstance(obj, Tensor)


def is_storage(obj):
    """Never: a sandbox's tensors have no storage of their own."""
    return False


def is_floating_point(input):
    """Has `input` a floating-point type?"""
    return _tensor("is_floating_point", input).dtype.is_floating_point


def is_complex(input):
    """Never: there are no complex numbers."""
    _tensor("is_complex", input)
    return False


is_conj = is_neg = is_complex


def is_nonzero(input):
    """Is the only element other than 0?"""
    return bool(_tensor("is_nonzero", input))


def numel(input):
    """The number of elements."""
    return _tensor("numel", input).numel()


def typename(obj):
    """The name of the type of `obj`."""
    if isinstance(obj, Tensor):
        return obj.type()
    kind = obj if isinstance(obj, type) else type(obj)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def real(input):
    """`input`: there are no complex numbers."""
    return _tensor("real", input)


conj = resolve_conj = resolve_neg = conj_physical = real


def imag(input):
    """Refused: there are no complex numbers."""
    raise TypeError("imag is not implemented for tensors with non-complex dtypes.")


def get_default_device():
    """The one device there is."""
    return CPU


ALL = {
    "is_tensor": is_tensor, "is_storage": is_storage, "is_floating_point": is_floating_point,
    "is_complex": is_complex, "is_conj": is_conj, "is_neg": is_neg, "is_nonzero": is_nonzero, "numel": numel,
    "typename": typename, "real": real, "conj": conj, "resolve_conj": resolve_conj, "resolve_neg": resolve_neg,
    "conj_physical": conj_physical, "imag": imag, "get_default_device": get_default_device,
}
