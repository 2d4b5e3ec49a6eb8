"""Products of vectors, matrices and arrays of more axes."""

import math

import torch

from ._elementwise import UFUNCS
from ._making import asarray
from ._ndarray import ndarray, result, stored, wrapped
from ._scalars import generic
from ._types import bool_d, plain
from ._ufuncs import operands_kind


def _together(a, b):
    """Both as tensors of one type that can be summed over, and that type."""
    a, b = asarray(a), asarray(b)
    kind = operands_kind([a, b])
    return stored(a._t, kind), stored(b._t, kind), kind


def _product(function, a, b, kind):
    if kind.kind in "fc":
        return function(a, b)
    # The host multiplies matrices of floating-point numbers; float64 is exact up to 2**53.
    wide = function(a.to(torch.float64), b.to(torch.float64))
    if wide.numel() and float(wide.abs().max()) >= 2.0**53:
        raise NotImplementedError("a product of integers beyond 2**53 is not available; the nearest is (a * b).sum()")
    return stored(wide.to(torch.int64) if kind is not bool_d else wide != 0, kind)


def matmul(x1, x2, /, out=None, *, dtype=None):
    """The matrix product, with the axes before the last two broadcast."""
    if plain(x1) or plain(x2) or isinstance(x1, generic) or isinstance(x2, generic):
        raise ValueError("matmul: Input operand 0 does not have enough dimensions (has 0, gufunc core with signature "
                         "(n?,k),(k,m?)->(n?,m?) requires 1)")
    a, b, kind = _together(x1, x2)
    if not a.dim() or not b.dim():
        raise ValueError("matmul: Input operand 0 does not have enough dimensions (has 0, gufunc core with signature "
                         "(n?,k),(k,m?)->(n?,m?) requires 1)")
    inner = b.shape[-2] if b.dim() > 1 else b.shape[0]
    if a.shape[-1] != inner:
        raise ValueError(
            "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
            "(n?,k),(k,m?)->(n?,m?) "
            f"(size {inner} is different from {a.shape[-1]})")
    made = result(_product(torch.matmul, a, b, kind), kind)
    if out is not None:
        out[...] = made
        return out
    return made


def dot(a, b, out=None):
    """The product over the last axis of `a` and the last but one of `b`."""
    first, second = asarray(a), asarray(b)
    if not first.ndim or not second.ndim:
        return UFUNCS["multiply"](first, second)
    if second.ndim <= 2 and first.ndim <= 2:
        if first.shape[-1] != second.shape[0]:
            raise ValueError(f"shapes {_shown(first)} and {_shown(second)} not aligned: {first.shape[-1]} (dim "
                             f"{first.ndim - 1}) != {second.shape[0]} (dim 0)")
        made = matmul(first, second)
    else:
        made = tensordot(first, second, ((-1,), (max(second.ndim - 2, 0),)))
    if out is not None:
        out[...] = made
        return out
    return made


def _shown(a):
    return str(a.shape).replace(" ", "")


def tensordot(a, b, axes=2):
    """The sum of products over pairs of axes."""
    a, b, kind = _together(a, b)
    if isinstance(axes, int):
        axes = (list(range(a.dim() - axes, a.dim())), list(range(axes)))
    first, second = ([axis] if isinstance(axis, int) else list(axis) for axis in axes)
    if [a.shape[i] for i in first] != [b.shape[j] for j in second]:
        raise ValueError("shape-mismatch for sum")
    first, second = [i % a.dim() for i in first], [j % b.dim() for j in second]
    size = math.prod(a.shape[i] for i in first)
    rest = [i for i in range(a.dim()) if i not in first], [j for j in range(b.dim()) if j not in second]
    left = a.permute([*rest[0], *first]).reshape([-1 if size else 0, size]) if a.dim() else a.reshape([1, 1])
    right = b.permute([*second, *rest[1]]).reshape([size, -1 if size else 0]) if b.dim() else b.reshape([1, 1])
    shape = [a.shape[i] for i in rest[0]] + [b.shape[j] for j in rest[1]]
    return result(_product(torch.matmul, left, right, kind).reshape(shape), kind)


def inner(a, b):
    """The sum of products over the last axes."""
    first, second = asarray(a), asarray(b)
    if not first.ndim or not second.ndim:
        return UFUNCS["multiply"](first, second)
    return tensordot(first, second, ((-1,), (-1,)))


def vdot(a, b, /):
    """The sum of all products."""
    return dot(UFUNCS["conjugate"](asarray(a)).ravel(), asarray(b).ravel())


def vecdot(x1, x2, /, axis=-1):
    """The sum of products along `axis`, the others broadcast."""
    return UFUNCS["multiply"](UFUNCS["conjugate"](asarray(x1)), x2).sum(axis)


def outer(a, b, out=None):
    """Every product of two vectors."""
    return UFUNCS["multiply"](asarray(a).reshape([-1, 1]), asarray(b).reshape([1, -1]), out=out)


def kron(a, b):
    """The product of every element of `a` and all of `b`."""
    a, b, kind = _together(a, b)
    return result(stored(torch.kron(a, b), kind), kind)


def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """The vector product."""
    a, b, kind = _together(a, b)
    axisa, axisb, axisc = (axis,) * 3 if axis is not None else (axisa, axisb, axisc)
    a, b = a.movedim(axisa, -1), b.movedim(axisb, -1)
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ValueError("Both input arrays must be (arrays of) 3-dimensional vectors, but they are "
                         f"{a.shape[-1]} and {b.shape[-1]} dimensional instead.")
    parts = [a[..., i] * b[..., j] - a[..., j] * b[..., i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return wrapped(torch.stack(parts, -1).movedim(-1, axisc), kind)


def einsum(*operands, out=None, optimize=False, dtype=None, order="K", casting="safe"):
    """Sums of products, written as letters for the axes."""
    if not isinstance(operands[0], str):
        operands = [operand if place % 2 else asarray(operand) for place, operand in enumerate(operands)]
        arrays = operands[: len(operands) - len(operands) % 2 : 2]
    else:
        arrays = [asarray(operand) for operand in operands[1:]]
        operands = [operands[0], *arrays]
    kind = operands_kind(arrays)
    wide = kind.kind not in "fc"
    made = torch.einsum(*[(x._t.to(torch.float64) if wide else stored(x._t, kind)) if isinstance(x, ndarray) else
                          list(x) if isinstance(x, (list, tuple)) else x for x in operands])
    if wide and made.numel() and float(made.abs().max()) >= 2.0**53:
        raise NotImplementedError("a product of integers beyond 2**53 is not available")
    made = result(stored(made.to(torch.int64), kind) if wide and kind is not bool_d else stored(made, kind), kind)
    if out is not None:
        out[...] = made
        return out
    return made


def einsum_path(subscripts, *operands, **options):
    """The order of a sum of products; there is only one here."""
    raise NotImplementedError("numpy.einsum_path is not available; numpy.einsum goes from left to right")


def _matmul_operator(self, other):
    if isinstance(other, (ndarray, list, tuple, generic)) or plain(other):
        return matmul(self, other)
    return NotImplemented


def _matmul_reflected(self, other):
    if isinstance(other, torch.Tensor):
        return asarray(matmul(asarray(other), self))._t
    return matmul(other, self)


ndarray.__matmul__ = _matmul_operator
ndarray.__rmatmul__ = _matmul_reflected
ndarray.__imatmul__ = lambda self, other: matmul(self, other, out=self)
ndarray.dot = dot
