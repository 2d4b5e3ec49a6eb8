"""Functions of `torch` that are others under another name: copies of views, symbolic numbers, control flow, and what
PyTorch has removed."""

import builtins
import math
import operator

from ._base import Tensor
from ._creation import empty, full
from ._data import tensor
from ._functions import FUNCTIONS
from ._norms import matrix_norm
from .nn import functional as F

_COPIES = """alias as_strided detach diagonal expand narrow permute select split split_with_sizes squeeze t transpose
    unbind unfold unsqueeze view view_as_complex view_as_real""".split()


def _copied(name):
    """A function that computes the view `name` and copies it."""
    def function(input, *arguments, **options):
        result = input if name == "alias" else getattr(input, name)(*arguments, **options)
        return result.clone() if isinstance(result, Tensor) else tuple(part.clone() for part in result)

    function.__name__ = function.__qualname__ = name + "_copy"
    function.__doc__ = f"A copy of `input.{name}(…)`."
    return function


def slice_copy(input, dim=0, start=None, end=None, step=1):
    """A copy of a range of positions along `dim`."""
    return input[(builtins.slice(None),) * (dim % input.dim()) + (builtins.slice(start, end, step),)].clone()


def constant_pad_nd(input, pad, value=0):
    """`nn.functional.pad` with a constant."""
    return F.pad(input, pad, "constant", value)


def embedding(weight, indices, padding_idx=-1, scale_grad_by_freq=False, sparse=False):
    """`nn.functional.embedding`, with its arguments in the old order."""
    return F.embedding(indices, weight, None if padding_idx < 0 else padding_idx,
                       scale_grad_by_freq=scale_grad_by_freq, sparse=sparse)


def frobenius_norm(input, dim, keepdim=False, *, out=None):
    """The square root of the sum of squares."""
    return FUNCTIONS["norm"](input, 2, dim, keepdim)


def nuclear_norm(input, dim=(-2, -1), keepdim=False, *, out=None):
    """The sum of the singular values."""
    return matrix_norm(input, "nuc", dim, keepdim)


def norm_except_dim(v, pow=2, dim=0):
    """The norm over all dimensions but one, which are kept."""
    if dim == -1:
        return FUNCTIONS["norm"](v, pow)
    return FUNCTIONS["norm"](v, pow, [at for at in range(v.dim()) if at != dim % v.dim()], True)


def nonzero_static(input, *, size, fill_value=-1):
    """The first `size` positions that `nonzero` gives, filled up."""
    found = FUNCTIONS["nonzero"](input)[:size]
    more = full((size - found.shape[0], found.shape[1]), fill_value, dtype=found.dtype)
    return FUNCTIONS["cat"]([found, more])


def frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False):
    """A tensor of the numbers in a buffer. It has its own memory: later writes to the buffer are not seen."""
    from ._host import host, tensors
    from ._base import wrap
    from ._dtype import host_dtype

    data = memoryview(buffer).cast("B")
    if len(data) == 0:
        raise ValueError("both buffer length (0) and count (-1) must not be 0")
    if not 0 <= offset < len(data):
        raise ValueError(f"offset ({offset} bytes) must be non-negative and no greater than buffer length "
                         f"({len(data)} bytes) minus 1")
    left = len(data) - offset
    if count < 0:
        if left % dtype.itemsize:
            raise ValueError(f"buffer length ({left} bytes) after offset ({offset} bytes) must be a multiple of "
                             f"element size ({dtype.itemsize})")
        count = left // dtype.itemsize
    if count * dtype.itemsize > left:
        raise ValueError(f"requested buffer length ({count} * {dtype.itemsize} bytes) after offset ({offset} bytes) "
                         f"must not be greater than actual buffer length ({len(data)} bytes)")
    part = bytes(data[offset:offset + count * dtype.itemsize])
    made = wrap(host(tensors.create, host_dtype(dtype), [count], part), dtype)
    return made.requires_grad_() if requires_grad else made


def cond(pred, true_fn, false_fn, operands=()):
    """`true_fn(*operands)` or `false_fn(*operands)`."""
    return (true_fn if bool(pred) else false_fn)(*operands)


def while_loop(cond_fn, body_fn, carried_inputs):
    """Calls `body_fn` on what is carried for as long as `cond_fn` says."""
    carried = tuple(carried_inputs)
    while bool(cond_fn(*carried)):
        result = body_fn(*carried)
        carried = tuple(result) if isinstance(result, (tuple, list)) else (result,)
    return carried


def _removed(name, text):
    def function(*arguments, **options):
        raise RuntimeError("This function was deprecated since version 1.9 and is now removed." + text)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "Removed, as from PyTorch."
    return function


_REMOVED = {
    "matrix_rank": "",
    "lstsq": " `torch.lstsq` is deprecated in favor of `torch.linalg.lstsq`.",
    "symeig": " The default behavior has changed from using the upper triangular portion of the matrix by default to "
              "using the lower triangular portion.\n\n`torch.symeig` is deprecated in favor of `torch.linalg.eigh`.",
    "solve": " `torch.solve` is deprecated in favor of `torch.linalg.solve`. `torch.linalg.solve` has its arguments "
             "reversed and does not return the LU factorization.",
    "eig": " `torch.linalg.eig` returns complex tensors of dtype `cfloat` or `cdouble` rather than real tensors "
           "mimicking complex tensors.",
}


def native_layer_norm(input, normalized_shape, weight, bias, eps):
    """The normalized values, and the mean and the reciprocal deviation they were made with."""
    dims = list(range(-len(normalized_shape), 0))
    mean = input.mean(dims, keepdim=True)
    scale = (input.var(dims, unbiased=False, keepdim=True) + eps).rsqrt()
    return F.layer_norm(input, normalized_shape, weight, bias, eps), mean, scale


def native_dropout(input, p, train):
    """The values, and the mask of those that were kept."""
    mask = empty(input.shape).bernoulli_(1 - p) if train is None or train else full(input.shape, 1.0)
    scale = 0.0 if p == 1 else 1 / (1 - p)
    return input * mask.to(input.dtype) * (scale if train is None or train else 1.0), mask.bool()


def lu_unpack(LU_data, LU_pivots, unpack_data=True, unpack_pivots=True, *, out=None):
    """P, L and U of the packed form that `lu_factor` gives."""
    rows, columns = LU_data.shape[-2:]
    least = min(rows, columns)
    lower, upper, permutation = (LU_data.new_empty((0,)) for _ in range(3))
    if unpack_data:
        eye = FUNCTIONS["eye"](rows, least, dtype=LU_data.dtype)
        lower = FUNCTIONS["tril"](LU_data[..., :least], -1) + eye
        upper = FUNCTIONS["triu"](LU_data[..., :least, :])
    if unpack_pivots:
        swaps = LU_pivots.reshape(-1, LU_pivots.shape[-1]).tolist() if LU_pivots.numel() else []
        matrices = []
        for swap in swaps:
            order = list(range(rows))
            for at, other in enumerate(swap):
                order[at], order[other - 1] = order[other - 1], order[at]
            matrices.append([[1.0 if order[j] == i else 0.0 for j in range(rows)] for i in range(rows)])
        permutation = tensor(matrices, dtype=LU_data.dtype).reshape([*LU_data.shape[:-2], rows, rows])
    return permutation, lower, upper


def _sym_sum(args):
    return sum(args)


NAMES = {
    **{name + "_copy": _copied(name) for name in _COPIES},
    **{name: _removed(name, text) for name, text in _REMOVED.items()},
    **{function.__name__: function for function in (
        slice_copy, constant_pad_nd, embedding, frobenius_norm, nuclear_norm, norm_except_dim, nonzero_static,
        frombuffer, cond, while_loop, native_layer_norm, native_dropout, lu_unpack)},
    "sym_int": lambda a: math.floor(a) if a >= 0 else math.ceil(a), "sym_float": float, "sym_not": operator.not_,
    "sym_max": max, "sym_min": min, "sym_sum": _sym_sum, "sym_sqrt": math.sqrt,
    "sym_ite": lambda condition, first, second: first if condition else second,
}


def _in_place(name):
    def function(input, *arguments, **options):
        return getattr(F, name)(input, *arguments, **options)

    function.__name__ = function.__qualname__ = name
    return function


# PyTorch has them in `nn.functional` too.
IN_PLACE = {name: _in_place(name) for name in ("celu_", "selu_", "threshold_", "rrelu_") if hasattr(F, name)}
NAMES.update(IN_PLACE)
