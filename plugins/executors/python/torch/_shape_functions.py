"""Which functions of shapes, positions and matrices are `torch.NAME`, which are methods, and which work in place."""

from . import _arranging, _assignment, _broadcasting, _decompositions, _einsum, _indexing, _joining, _linalg
from . import _scattering, _selecting, _shaping, _triangles
from ._in_place import in_place
from ._views import become, check_writable

# Functions of a tensor: `torch.f(x, …)` and `x.f(…)`.
_METHODS = {
    _shaping: """reshape permute transpose swapaxes swapdims t adjoint movedim moveaxis squeeze unsqueeze flatten ravel
        unflatten narrow""",
    _broadcasting: "broadcast_to",
    _joining: "split split_with_sizes chunk tensor_split hsplit vsplit dsplit unbind",
    _arranging: "tile repeat_interleave flip fliplr flipud roll rot90",
    _linalg: """matmul mm bmm mv dot vdot inner outer ger addmm addmv addbmm baddbmm addr dist kron matrix_power
        matrix_exp cross""",
    _decompositions: """inverse det logdet slogdet pinverse qr svd cholesky cholesky_inverse cholesky_solve
        triangular_solve""",
    _selecting: """nonzero argwhere index_select masked_fill masked_scatter gather take take_along_dim""",
    _scattering: "scatter_add scatter scatter_reduce index_add index_copy index_fill index_reduce put",
    _triangles: "tril triu diagonal diag diag_embed diagflat diagonal_scatter trace as_strided",
    _assignment: "index_put slice_scatter select_scatter",
    _indexing: "select masked_select",
}
_METHODS_ONLY = {
    _shaping: "view expand", _broadcasting: "expand_as", _arranging: "repeat unfold", _selecting: "masked_fill_",
    _triangles: "fill_diagonal_",
}
_FUNCTIONS_ONLY = {
    _broadcasting: "broadcast_shapes broadcast_tensors",
    _joining: """cat concat concatenate stack hstack vstack row_stack dstack column_stack block_diag meshgrid atleast_1d
        atleast_2d atleast_3d""",
    _linalg: "tensordot chain_matmul",
    _einsum: "einsum",
    _selecting: "where unravel_index",
    _triangles: "tril_indices triu_indices",
}
_IN_PLACE = """masked_scatter scatter_add scatter scatter_reduce index_add index_copy index_fill index_reduce put
    index_put tril triu addmm addmv addbmm baddbmm addr"""
# These change the shape of a tensor in place.
_RESHAPING = "squeeze unsqueeze transpose t swapaxes swapdims"


def _collect(table):
    return {name: getattr(module, name) for module, names in table.items() for name in names.split()}


_methods = _collect(_METHODS)
FUNCTIONS = {**_methods, **_collect(_FUNCTIONS_ONLY)}


def install(cls):
    """Gives the class `Tensor` its methods, and their in-place forms."""
    for name, function in {**_methods, **_collect(_METHODS_ONLY)}.items():
        setattr(cls, name, function)
    for name in _IN_PLACE.split():
        setattr(cls, name + "_", in_place(_methods[name], name + "_"))
    for name in _RESHAPING.split():
        setattr(cls, name + "_", _reshaping(_methods[name], name + "_"))
    cls.t_ = _reshaping(lambda self: _shaping.t(self, "t_"), "t_")
    cls.where = lambda self, condition, other: _selecting.where(condition, self, other)
    cls.__matmul__ = lambda self, other: _linalg.matmul(self, other) if isinstance(other, cls) else NotImplemented
    cls.__rmatmul__ = lambda self, other: _linalg.matmul(other, self) if isinstance(other, cls) else NotImplemented
    cls.__imatmul__ = in_place(_linalg.matmul, "__imatmul__")


def _reshaping(function, name):
    def method(self, *arguments, **options):
        check_writable(self)
        return become(self, function(self, *arguments, **options))

    method.__name__ = method.__qualname__ = name
    method.__doc__ = "In-place: changes the shape of the tensor itself."
    return method
