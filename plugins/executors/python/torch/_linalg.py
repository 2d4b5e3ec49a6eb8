"""Products of matrices and vectors."""

from ._base import Tensor, wrap
from ._dtype import bool_, float32
from ._host import Err, host, raised, tensors
from ._origins import MATMUL
from ._pointwise import mul
from ._promotion import cast
from ._reductions import norm
from ._reductions import sum as sum_
from ._selecting import title
from ._broadcasting import broadcast_pair
from ._shaping import expand, no_dimensions, permute, reshape, unsqueeze, whole_dim
from ._views import is_plain
from ._out import store_into

_matmul = tensors.matmul


def matmul(input, other, *, out=None):
    """Matrix product with batch dimensions broadcast; vectors as in PyTorch."""
    kind = input._dtype
    if kind is not float32 or other.__class__ is not Tensor or other._dtype is not kind:
        if not isinstance(other, Tensor):
            raise TypeError(f"matmul(): argument 'other' (position 2) must be Tensor, not {type(other).__name__}")
        kind = input.dtype
        if other.dtype is not kind:
            _check(input, other)
            raise RuntimeError(
                f"expected m1 and m2 to have the same dtype, but got: {_c_name(kind)} != {_c_name(other.dtype)}"
            )
        if not kind.is_floating_point:
            return _into(out, _of_integers(input, other, kind))
    try:
        result = _matmul(input, other)
    except Err as err:
        raise _shape_error(input, other, err) from None
    result.__class__ = Tensor
    result._dtype = kind
    result._packed = True
    result._made = MATMUL
    return result if out is None else store_into(out, result)


def _into(out, result):
    return result if out is None else store_into(out, result)


def _of_integers(input, other, kind):
    """The same for integers: products, then sums."""
    a, b = input, other
    if kind is bool_:
        raise NotImplementedError('"addmm_impl_cpu_" not implemented for \'Bool\'')
    _check(a, b)
    row, column = len(a.shape) == 1, len(b.shape) == 1
    a, b = unsqueeze(a, 0) if row else a, unsqueeze(b, 1) if column else b
    result = sum_(mul(unsqueeze(a, -1), unsqueeze(b, -3)), -2)
    shape = list(result.shape)
    if column:
        del shape[-1]
    if row:
        del shape[-1 if column else -2]
    return cast(wrap(host(tensors.reshape, result, shape), result.dtype), kind)


def _c_name(kind):
    return {"float32": "float", "float64": "double", "float16": "c10::Half", "bfloat16": "c10::BFloat16",
            "int64": "long int", "int32": "int", "int16": "short", "int8": "signed char", "bool": "bool",
            "uint8": "unsigned char"}.get(kind.name, kind.name)


def _check(input, other):
    """Refuses shapes whose product there is not."""
    a, b = input.shape, other.shape
    if not a or not b:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {len(a)}D and {len(b)}D"
        )
    if a[-1] == b[max(len(b) - 2, 0)]:
        if len(a) > 2 and len(b) > 2:
            broadcast_pair(a[:-2], b[:-2])
        return
    if len(a) == 1 and len(b) == 1:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{a[0]}] and src [{b[0]}] to have the same number of elements, "
            f"but got {a[0]} and {b[0]} elements respectively"
        )
    if len(b) == 1:
        rows = 1
        for extent in a[:-1]:
            rows *= extent
        raise RuntimeError(f"size mismatch, got input ({rows}), mat ({rows}x{a[-1]}), vec ({b[0]})")
    if len(a) == 1 and len(b) > 2 and not is_plain(other):
        rows = b[-1]
        for extent in b[:-2]:
            rows *= extent
        raise RuntimeError(f"size mismatch, got input ({rows}), mat ({rows}x{b[-2]}), vec ({a[0]})")
    if len(b) == 2:
        rows = 1
        for extent in a[:-1]:
            rows *= extent
        raise RuntimeError(f"mm: mat1 and mat2 shapes cannot be multiplied ({rows}x{a[-1]} and {b[0]}x{b[1]})")
    batch = broadcast_pair(a[:-2], b[:-2]) if len(a) > 2 else list(b[:-2])
    count = 1
    for extent in batch:
        count *= extent
    raise RuntimeError(
        f"Expected size for first two dimensions of batch2 tensor to be: [{count}, {a[-1]}] but got: "
        f"[{count}, {b[-2]}]."
    )


def _shape_error(input, other, err):
    """The exception to raise: PyTorch's words for shapes that do not go together; the host's for all else."""
    if err.value.code in ("shape", "argument"):
        try:
            _check(input, other)
        except RuntimeError as mismatch:
            return mismatch
    return raised(err)


def mm(input, mat2, *, out=None):
    """Product of two matrices."""
    for place, x in (("self", input), ("mat2", mat2)):
        if len(x.shape) != 2:
            raise RuntimeError(f"mm: {place} must be a matrix, got {len(x.shape)}-D tensor")
    return matmul(input, mat2, out=out)


def bmm(input, mat2, *, out=None):
    """Products of two batches of matrices."""
    for place, x in (("batch1", input), ("batch2", mat2)):
        if len(x.shape) != 3:
            raise RuntimeError(f"{place} must be a 3D tensor")
    if input.shape[0] != mat2.shape[0] or input.shape[2] != mat2.shape[1]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{input.shape[0]}, {input.shape[2]}] "
            f"but got: [{mat2.shape[0]}, {mat2.shape[1]}]."
        )
    return matmul(input, mat2, out=out)


def mv(input, vec, *, out=None):
    """Matrix times vector."""
    if not input.shape:
        raise no_dimensions(0)
    if len(input.shape) != 2 or len(vec.shape) != 1:
        raise RuntimeError(
            f"vector + matrix @ vector expected, got 1, {len(input.shape)}, {len(vec.shape)}"
        )
    return matmul(input, vec, out=out)


def dot(input, tensor, *, out=None):
    """Inner product of two vectors."""
    if len(input.shape) != 1 or len(tensor.shape) != 1:
        raise RuntimeError(
            f"1D tensors expected, but got {len(input.shape)}D and {len(tensor.shape)}D tensors"
        )
    if input.dtype is not tensor.dtype:
        raise RuntimeError(
            f"dot : expected both vectors to have same dtype, but found {title(input.dtype)} and {title(tensor.dtype)}"
        )
    return matmul(input, tensor, out=out)


vdot = dot


def inner(input, other, *, out=None):
    """Inner products of the last dimensions."""
    if not input.shape or not other.shape:
        return _into(out, mul(input, other))
    if input.shape[-1] != other.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input.shape)} and {list(other.shape)}"
        )
    return _into(out, tensordot(input, other, ([-1], [-1])))


def outer(input, vec2, *, out=None):
    """All products of an element of one vector and one of another."""
    for name, x in (("self", input), ("vec2", vec2)):
        if len(x.shape) != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {len(x.shape)}-D")
    return _into(out, mul(unsqueeze(input, 1), unsqueeze(vec2, 0)))


ger = outer


def _added(input, product, beta, alpha):
    """`beta * input + alpha * product`, where `input` broadcasts to the product; a `beta` of 0 ignores it."""
    product = product if alpha == 1 else product * alpha
    if input.shape != product.shape:
        input = expand(input, product.shape)
    if beta == 0:
        return product
    return (input if beta == 1 else input * beta) + product


def addmm(input, mat1, mat2, *, beta=1, alpha=1, out=None):
    """`beta * input + alpha * (mat1 @ mat2)`."""
    for place, x in (("mat1", mat1), ("mat2", mat2)):
        if len(x.shape) != 2:
            raise RuntimeError(f"{place} must be a matrix, got {len(x.shape)}-D tensor")
    if mat1.shape[1] != mat2.shape[0]:
        a, b = mat1.shape, mat2.shape
        raise RuntimeError(f"addmm: mat1 and mat2 shapes cannot be multiplied ({a[0]}x{a[1]} and {b[0]}x{b[1]})")
    return _into(out, _added(input, matmul(mat1, mat2), beta, alpha))


def addmv(input, mat, vec, *, beta=1, alpha=1, out=None):
    """`beta * input + alpha * (mat @ vec)`."""
    return _into(out, _added(input, mv(mat, vec), beta, alpha))


def addr(input, vec1, vec2, *, beta=1, alpha=1, out=None):
    """`beta * input + alpha * outer(vec1, vec2)`."""
    return _into(out, _added(input, outer(vec1, vec2), beta, alpha))


def addbmm(input, batch1, batch2, *, beta=1, alpha=1, out=None):
    """`beta * input + alpha * (the sum of batch1[i] @ batch2[i])`."""
    return _into(out, _added(input, sum_(bmm(batch1, batch2), 0), beta, alpha))


def baddbmm(input, batch1, batch2, *, beta=1, alpha=1, out=None):
    """`beta * input + alpha * (batch1 @ batch2)`."""
    return _into(out, _added(input, bmm(batch1, batch2), beta, alpha))


def tensordot(a, b, dims=2, out=None):
    """Sums over the last dimensions of `a` and the first of `b`, or over those named."""
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.dim(), b.dim()):
            raise RuntimeError(
                f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}"
            )
        dims = (list(range(-dims, 0)), list(range(dims)))
    dims = [[ds] if isinstance(ds, int) else list(ds) for ds in dims]
    left, right = ([whole_dim(d, len(x.shape)) for d in ds] for x, ds in zip((a, b), dims))
    if len(left) != len(right):
        raise RuntimeError("both dimension lists should have same length")
    for i, j, first, second in zip(left, right, *dims):
        if a.shape[i] != b.shape[j]:
            if a.shape[i] == 1:
                b = sum_(b, j, True)
            elif b.shape[j] == 1:
                a = sum_(a, i, True)
            else:
                raise RuntimeError(
                    f"contracted dimensions need to match, but first has size {a.shape[i]} in dim {first} and second "
                    f"has size {b.shape[j]} in dim {second}"
                )
    keep_a = [d for d in range(len(a.shape)) if d not in left]
    keep_b = [d for d in range(len(b.shape)) if d not in right]
    size, rows, columns = 1, 1, 1
    for d in left:
        size *= a.shape[d]
    for d in keep_a:
        rows *= a.shape[d]
    for d in keep_b:
        columns *= b.shape[d]
    shape = [a.shape[d] for d in keep_a] + [b.shape[d] for d in keep_b]
    product = matmul(reshape(permute(a, keep_a + left), rows, size), reshape(permute(b, right + keep_b), size, columns))
    return _into(out, reshape(product, shape))


def chain_matmul(*matrices, out=None):
    """The product of several matrices."""
    if len(matrices) == 1 and isinstance(matrices[0], (list, tuple)):
        matrices = matrices[0]
    from .linalg import multi_dot

    return _into(out, matrices[0].clone() if len(matrices) == 1 else multi_dot(matrices))


def kron(input, other, *, out=None):
    """The Kronecker product."""
    rank = max(input.dim(), other.dim())
    a = [1] * (rank - input.dim()) + list(input.shape)
    b = [1] * (rank - other.dim()) + list(other.shape)
    left = reshape(input, [n for extent in a for n in (extent, 1)])
    right = reshape(other, [n for extent in b for n in (1, extent)])
    return _into(out, reshape(mul(left, right), [x * y for x, y in zip(a, b)]))


def dist(input, other, p=2):
    """The norm of the difference."""
    return norm(input - other, p)


def cross(input, other, dim=None, *, out=None):
    """The vector product along a dimension of extent 3; by default the first such."""
    shape = broadcast_pair(input.shape, other.shape)
    if input.dtype is not other.dtype:
        raise RuntimeError(
            f"expected scalar type {input.dtype.title} but found {other.dtype.title}")
    if dim is None:
        dim = next((at for at, extent in enumerate(shape) if extent == 3), None)
        if dim is None:
            raise RuntimeError("no dimension of size 3 in input")
    from .linalg import cross as along

    return _into(out, along(input, other, dim=dim))


def matrix_power(input, n, *, out=None):
    """The product of `n` times the matrix; of its inverse for a negative `n`."""
    from .linalg import matrix_power as power

    return _into(out, power(input, n))


def matrix_exp(input):
    """The exponential of matrices."""
    from .linalg import matrix_exp as exponential

    return exponential(input)
