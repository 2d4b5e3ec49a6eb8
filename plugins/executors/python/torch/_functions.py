"""Which functions are `torch.NAME`, which are methods too, and which of those have an in-place form."""

from . import _creation, _indexing, _joining, _linalg, _pointwise, _reductions, _selecting, _shaping, _sorting
from ._clamping import addcdiv, addcmul, clamp, clamp_max, clamp_min, lerp, log_softmax, nan_to_num, softmax
from ._pointwise import in_place

# Functions of a tensor: `torch.f(x, …)` and `x.f(…)`.
_METHODS = {
    _pointwise: """add sub mul div pow remainder fmod floor_divide maximum minimum subtract multiply divide true_divide
        eq ne lt le gt ge not_equal less less_equal greater greater_equal logical_and logical_or logical_xor logical_not
        bitwise_and bitwise_or bitwise_xor bitwise_not neg negative abs absolute exp expm1 log log1p sqrt rsqrt sin cos
        tanh sigmoid relu erf floor ceil round trunc fix sign reciprocal square frac exp2 log2 log10 tan sinh cosh isnan
        isfinite isinf""",
    _reductions: """sum mean prod max min amax amin aminmax argmax argmin logsumexp var std norm all any count_nonzero
        cumsum nansum median quantile""",
    _shaping: """reshape permute transpose swapaxes swapdims t movedim moveaxis squeeze unsqueeze flatten ravel
        unflatten broadcast_to narrow""",
    _joining: "split chunk tensor_split unbind tile repeat_interleave flip fliplr roll",
    _linalg: "matmul mm bmm mv dot inner outer ger addmm baddbmm dist trace",
    _selecting: """nonzero argwhere index_select masked_fill gather scatter_add scatter index_add index_copy
        take_along_dim tril triu diagonal diag""",
    _indexing: "select masked_select",
    _sorting: "sort argsort topk kthvalue unique bincount multinomial isclose allclose equal",
    _creation: "bernoulli",
}
_METHODS_ONLY = {_shaping: "view expand expand_as", _joining: "repeat"}
_FUNCTIONS_ONLY = {
    _pointwise: "rsub silu",
    _reductions: "var_mean std_mean",
    _shaping: "broadcast_shapes broadcast_tensors",
    _joining: "cat concat concatenate stack hstack vstack meshgrid",
    _linalg: "einsum tensordot",
    _selecting: "where",
    _sorting: "searchsorted",
    _creation: """tensor as_tensor scalar_tensor full zeros ones empty full_like zeros_like ones_like empty_like arange
        linspace logspace eye rand randn rand_like randn_like randint randint_like randperm normal""",
}
_MORE = {
    "clamp": clamp, "clip": clamp, "clamp_max": clamp_max, "clamp_min": clamp_min, "lerp": lerp, "addcdiv": addcdiv,
    "addcmul": addcmul, "nan_to_num": nan_to_num, "softmax": softmax, "log_softmax": log_softmax,
}
_IN_PLACE = """add sub mul div pow remainder fmod floor_divide neg abs exp expm1 log log1p sqrt rsqrt sin cos tanh
    sigmoid relu floor ceil round trunc sign reciprocal square clamp clamp_max clamp_min clip lerp addcdiv addcmul
    masked_fill scatter_add scatter index_add index_copy tril triu cumsum nan_to_num erf logical_not addmm subtract
    multiply divide true_divide negative absolute eq ne lt le gt ge"""
# These change the shape of a tensor in place.
_RESHAPING = "squeeze unsqueeze transpose t swapaxes"


def _collect(table):
    return {name: getattr(module, name) for module, names in table.items() for name in names.split()}


METHODS = {**_collect(_METHODS), **_MORE}
FUNCTIONS = {**METHODS, **_collect(_FUNCTIONS_ONLY)}


def install(cls):
    """Gives the class `Tensor` its methods, and their in-place forms."""
    for name, function in {**METHODS, **_collect(_METHODS_ONLY)}.items():
        setattr(cls, name, function)
    for name in _IN_PLACE.split():
        setattr(cls, name + "_", in_place(METHODS[name], name + "_"))
    for name in _RESHAPING.split():
        setattr(cls, name + "_", _refused(name))
    cls.where = lambda self, condition, other: _selecting.where(condition, self, other)
    cls.__matmul__ = _linalg.matmul
    cls.__rmatmul__ = lambda self, other: _linalg.matmul(other, self)


def _refused(name):
    def method(self, *arguments, **options):
        raise NotImplementedError(f"Tensor.{name}_ is not available; x = x.{name}(…) is")

    return method
