"""Which functions are `torch.NAME`, which are methods too, and which of those have an in-place form."""

from . import _creation, _pointwise, _reductions, _shape_functions, _sorting
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
    _sorting: "sort argsort topk kthvalue unique bincount multinomial isclose allclose equal",
    _creation: "bernoulli",
}
_FUNCTIONS_ONLY = {
    _pointwise: "rsub silu",
    _reductions: "var_mean std_mean",
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
    cumsum nan_to_num erf logical_not subtract
    multiply divide true_divide negative absolute eq ne lt le gt ge"""


def _collect(table):
    return {name: getattr(module, name) for module, names in table.items() for name in names.split()}


METHODS = {**_collect(_METHODS), **_MORE}
FUNCTIONS = {**_shape_functions.FUNCTIONS, **METHODS, **_collect(_FUNCTIONS_ONLY)}


def install(cls):
    """Gives the class `Tensor` its methods, and their in-place forms."""
    for name, function in METHODS.items():
        setattr(cls, name, function)
    for name in _IN_PLACE.split():
        setattr(cls, name + "_", in_place(METHODS[name], name + "_"))
    _shape_functions.install(cls)
