"""The NumPy API over the tensors of a Proofhouse sandbox: what the code around PyTorch programs uses of it.

Names, signatures, defaults, types and printing are NumPy's. What is absent says so, and names the nearest thing there.
"""

import contextlib as _contextlib
import math as _math

from . import _elementwise, _indexing, _missing, _reducing, _scalars, _torch, _types  # noqa: F401
from ._bytes import bytes_of as _bytes_of  # noqa: F401
from ._choosing import (  # noqa: F401
    argwhere, choose, compress, copyto, diag, diag_indices, diagflat, diagonal, digitize, extract, fill_diagonal,
    flatnonzero, nonzero, piecewise, place, put, put_along_axis, putmask, ravel_multi_index, searchsorted, select, take,
    take_along_axis, trace, tri, tril, tril_indices, tril_indices_from, triu, triu_indices, triu_indices_from,
    unravel_index, where,
)
from ._counting import bincount, corrcoef, cov, histogram, histogram2d, histogram_bin_edges  # noqa: F401
from ._editing import append, delete, insert, resize, trim_zeros  # noqa: F401
from ._elementwise import (  # noqa: F401
    angle, around, clip, divmod, fix, imag, isneginf, isposinf, modf, nan_to_num, real, round, sinc,
)
from ._files import (  # noqa: F401
    fromfile, load, loadtxt, memmap, save, savetxt, savez, savez_compressed,
)
from ._functional import (  # noqa: F401
    apply_along_axis, apply_over_axes, nanargmax, nanargmin, nancumprod, nancumsum, nanmax, nanmean, nanmin, nanprod,
    nanstd, nansum, nanvar, pad, vectorize,
)
from ._grids import (  # noqa: F401
    blackman, c_, geomspace, hamming, hanning, index_exp, indices, ix_, linspace, logspace, meshgrid, mgrid,
    ndenumerate, ndindex, nditer, ogrid, r_, s_, vander,
)
from ._indexing import flip  # noqa: F401
from ._joining import (  # noqa: F401
    array_split, atleast_1d, atleast_2d, atleast_3d, block, broadcast_arrays, broadcast_shapes, broadcast_to,
    column_stack, concat, concatenate, dsplit, dstack, expand_dims, fliplr, flipud, hsplit, hstack, matrix_transpose,
    moveaxis, ndim, permute_dims, ravel, repeat, reshape, roll, rollaxis, rot90, row_stack, shape, size, split, squeeze,
    stack, swapaxes, tile, transpose, unstack, vsplit, vstack,
)
from ._making import (  # noqa: F401
    arange, array, asanyarray, asarray, asarray_chkfinite, ascontiguousarray, asfortranarray, astype, copy, empty,
    empty_like, eye, frombuffer, fromfunction, fromiter, fromstring, full, full_like, identity, ones, ones_like, zeros,
    zeros_like,
)
from ._ndarray import AxisError, ndarray  # noqa: F401
from ._ordering import (  # noqa: F401
    argpartition, argsort, in1d, intersect1d, isin, lexsort, median, nanmedian, nanpercentile, nanquantile, partition,
    percentile, quantile, setdiff1d, setxor1d, sort, union1d, unique, unique_counts, unique_values,
)
from ._printing import (  # noqa: F401
    array2string, array_repr, array_str, binary_repr, format_float_positional, get_printoptions, printoptions,
    set_printoptions,
)
from ._products import (  # noqa: F401
    cross, dot, einsum, einsum_path, inner, kron, matmul, outer, tensordot, vdot, vecdot,
)
from ._reducing import (  # noqa: F401
    all, allclose, amax, amin, any, argmax, argmin, array_equal, array_equiv, average, count_nonzero, cumprod, cumsum,
    cumulative_prod, cumulative_sum, isclose, max, mean, min, prod, ptp, std, sum, var,
)
from ._scalars import (  # noqa: F401
    bool_, complexfloating, floating, generic, inexact, integer, number, signedinteger, unsignedinteger,
)
from ._series import (  # noqa: F401
    convolve, correlate, diff, ediff1d, gradient, interp, poly1d, polyadd, polyder, polyfit, polyint, polymul, polyval,
    roots, trapezoid, trapz, unwrap,
)
from ._types import can_cast, dtype, promote_types, result_type  # noqa: F401
from ._ufuncs import UFuncTypeError, frompyfunc, ufunc  # noqa: F401
from ._limits import finfo, iinfo  # noqa: F401

globals().update(_elementwise.UFUNCS)
globals().update(_scalars.TYPES)
bool = bool_
byte, ubyte, short, ushort, intc, uintc = int8, uint8, int16, uint16, int32, uint32  # noqa: F821
long = int_ = intp = longlong = int64  # noqa: F821
ulong = uint = uintp = ulonglong = uint64  # noqa: F821
half, single, double = float16, float32, float64  # noqa: F821
csingle, cdouble = complex64, complex128  # noqa: F821

pi, e, euler_gamma = _math.pi, _math.e, 0.5772156649015329
inf, nan = _math.inf, _math.nan
newaxis = None
str_, bytes_ = str, bytes
little_endian = True
True_, False_ = bool_(True), bool_(False)
ScalarType = (int, float, complex, *_scalars.TYPES.values())
sctypeDict = dict(_scalars.TYPES)
__version__ = "2.4.6+proofhouse"

from . import exceptions, fft, linalg, random, testing, typing  # noqa: E402, F401


class errstate(_contextlib.ContextDecorator):
    """Accepted: nothing here warns of overflow, or of a division by 0."""

    def __init__(self, **kinds):
        self.kinds = kinds

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def seterr(all=None, divide=None, over=None, under=None, invalid=None):
    """Accepted: nothing here warns of overflow, or of a division by 0."""
    return {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


geterr = seterr


def isscalar(element):
    """Is it a number or a text?"""
    return isinstance(element, (generic, int, float, complex, str, bytes))


def isreal(x):
    """Where there is no imaginary part."""
    return asarray(imag(x)) == 0


def iscomplexobj(x):
    """Is its type complex?"""
    return asarray(x).dtype.kind == "c"


def isrealobj(x):
    """Is its type not complex?"""
    return not iscomplexobj(x)


def iterable(y):
    """Can it be walked over?"""
    return hasattr(y, "__iter__")


def issubdtype(arg1, arg2):
    """Is one type of the kind of another?"""
    first = arg1 if isinstance(arg1, type) and issubclass(arg1, generic) else dtype(arg1).type
    if not (isinstance(arg2, type) and issubclass(arg2, generic)):
        arg2 = dtype(arg2).type
    return issubclass(first, arg2)


def isdtype(dtype_, kind):
    """Is a type of a kind, such as 'integral'?"""
    own = dtype(dtype_)
    letters = {"bool": "b", "signed integer": "i", "unsigned integer": "u", "integral": "iu", "real floating": "f",
               "complex floating": "c", "numeric": "iufc"}
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return _builtin_any(own.kind in letters[k] if isinstance(k, str) else own == dtype(k) for k in kinds)


def min_scalar_type(a):
    """The smallest type that holds a number."""
    value = asarray(a).item()
    if isinstance(value, int):
        names = "uint8 uint16 uint32 uint64" if value >= 0 else "int8 int16 int32 int64"
        return next(kind for kind in map(dtype, names.split()) if iinfo(kind).min <= value <= iinfo(kind).max)
    return dtype("float16")


def shares_memory(a, b, max_work=None):
    """Does writing to one show in the other? Of views of one array it says yes."""
    first, second = ([x._t, x._t._base] for x in (a, b))
    return _builtin_any(x is not None and x is y for x in first for y in second)


may_share_memory = shares_memory
from builtins import any as _builtin_any  # noqa: E402

_torch.install()


def __getattr__(name):
    return _missing.absent("numpy", name, globals())
