"""Which functions of numbers are `torch.NAME`, which are methods too, and which of those have an in-place form."""

from . import (
    _bessel, _clamping, _creation, _cumulative, _gradients, _inquiries, _integers, _pointwise, _random_fills,
    _reductions, _searching, _sorting, _special, _statistics,
)
from ._in_place import in_place, with_out
from ._naming import renamed

# Functions of a tensor: `torch.f(x, …)` and `x.f(…)`.
_METHODS = {
    _pointwise: """add sub mul div pow remainder fmod floor_divide maximum minimum subtract multiply divide true_divide
        eq ne lt le gt ge not_equal less less_equal greater greater_equal logical_and logical_or logical_xor
        logical_not bitwise_and bitwise_or bitwise_xor bitwise_not bitwise_left_shift bitwise_right_shift atan2
        arctan2 neg negative abs absolute exp expm1 exp2 log log1p log2 log10 sqrt rsqrt sin cos tan asin arcsin acos
        arccos atan arctan sinh cosh tanh asinh arcsinh acosh arccosh atanh arctanh sigmoid relu erf erfc erfinv
        lgamma floor ceil round trunc fix sign sgn reciprocal square frac isnan isfinite isinf isposinf
        isneginf isreal positive fmax fmin""",
    _bessel: "digamma i0 polygamma",
    _special: """xlogy logaddexp logaddexp2 hypot signbit copysign heaviside sinc logit deg2rad rad2deg float_power
        ldexp frexp isclose angle mvlgamma""",
    _integers: "gcd lcm nextafter",
    _clamping: "clamp clamp_min clamp_max lerp addcmul addcdiv nan_to_num softmax log_softmax",
    _reductions: """sum nansum prod mean nanmean max min amax amin aminmax argmax argmin logsumexp all any
        count_nonzero norm""",
    _statistics: "var std cov corrcoef dist renorm",
    _cumulative: "cumsum cumprod logcumsumexp cummax cummin diff",
    _sorting: """sort argsort msort topk kthvalue median nanmedian mode quantile nanquantile allclose equal
        multinomial""",
    _searching: "unique unique_consecutive bincount histc histogram",
    _creation: "bernoulli",
}
_FUNCTIONS_ONLY = {
    _pointwise: "rsub",
    _statistics: "var_mean std_mean cdist pdist vander",
    _cumulative: "trapezoid trapz cumulative_trapezoid",
    _searching: "searchsorted bucketize isin",
    _integers: "cartesian_prod combinations",
    _gradients: "gradient",
    _bessel: "kaiser_window",
    _creation: """tensor as_tensor asarray scalar_tensor full zeros ones empty full_like zeros_like ones_like
        empty_like empty_strided empty_permuted arange linspace logspace eye tril_indices triu_indices rand randn
        rand_like randn_like randint randint_like randperm normal poisson hann_window hamming_window blackman_window
        bartlett_window""",
}
_IN_PLACE = """add sub mul div pow remainder fmod floor_divide subtract multiply divide true_divide eq ne lt le gt ge
    not_equal less less_equal greater greater_equal logical_and logical_or logical_xor logical_not bitwise_and
    bitwise_or bitwise_xor bitwise_not bitwise_left_shift bitwise_right_shift atan2 arctan2 neg negative abs absolute
    exp expm1 exp2 log log1p log2 log10 sqrt rsqrt sin cos tan asin arcsin acos arccos atan arctan sinh cosh tanh
    asinh arcsinh acosh arccosh atanh arctanh sigmoid relu erf erfc erfinv lgamma digamma floor ceil round trunc fix
    sign sgn reciprocal square frac xlogy hypot copysign heaviside sinc logit deg2rad rad2deg ldexp gcd
    lcm nextafter clamp clamp_min clamp_max clip lerp addcmul addcdiv nan_to_num cumsum cumprod mvlgamma renorm
    i0 polygamma"""
# These fill a tensor from a stream of random numbers.
_RANDOM = "normal_ uniform_ bernoulli_ exponential_ random_ geometric_ cauchy_ log_normal_"
# Whose first operand may be a number.
_NUMBER_FIRST = frozenset("""add sub mul div subtract multiply divide true_divide pow remainder floor_divide bitwise_and
    bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift xlogy float_power polygamma""".split())
_NO_OUT = frozenset(["tensor", "as_tensor", "asarray", "scalar_tensor", "allclose", "equal", *_inquiries.ALL])


def _collect(table):
    return {name: getattr(module, name) for module, names in table.items() for name in names.split()}


def _with_other_names(functions):
    """What works along dimensions takes NumPy's names of its arguments too."""
    along = {name for module in (_reductions, _statistics, _cumulative, _sorting) for name in _names_of(module)}
    for name in along | {"softmax", "log_softmax", "unique", "unique_consecutive"}:
        if name in functions:
            functions[name] = renamed(functions[name])
    if "pow" in functions:
        functions["pow"] = renamed(functions["pow"], {"exponent": "other"})
    return functions


def _names_of(module):
    return (_METHODS.get(module, "") + " " + _FUNCTIONS_ONLY.get(module, "")).split()


METHODS = _with_other_names({**_collect(_METHODS), "clip": _clamping.clamp})
_PLAIN = {**METHODS, **_with_other_names(_collect(_FUNCTIONS_ONLY)), "range": _creation.range_, **_inquiries.ALL}
FUNCTIONS = {
    name: function if name in _NO_OUT else with_out(function, name, name not in METHODS or name in _NUMBER_FIRST)
    for name, function in _PLAIN.items()
}


IN_PLACE = {f"{name}_": in_place(METHODS[name], f"{name}_") for name in _IN_PLACE.split()}
IN_PLACE["float_power_"] = _special.float_power_
# In PyTorch these are functions too.
FUNCTIONS |= {name: IN_PLACE[name] for name in """abs_ neg_ exp_ expm1_ exp2_ log_ log1p_ log2_ log10_ sqrt_ rsqrt_
    sin_ cos_ tan_ asin_ acos_ atan_ sinh_ cosh_ tanh_ asinh_ acosh_ atanh_ sigmoid_ relu_ erf_ erfc_ floor_ ceil_
    round_ trunc_ frac_ square_ reciprocal_ clamp_ clamp_min_ clamp_max_ nan_to_num_""".split()}


def install(cls):
    """Gives the class `Tensor` its methods, and their in-place forms."""
    for name, function in {**METHODS, **IN_PLACE}.items():
        setattr(cls, name, function)
    for name in _RANDOM.split():
        setattr(cls, name, getattr(_random_fills, name))
    cls.real = property(lambda self: self)
    cls.imag = property(_inquiries.imag)
    cls.conj = cls.resolve_conj = cls.resolve_neg = lambda self: self
    cls.is_conj = cls.is_neg = lambda self: False
