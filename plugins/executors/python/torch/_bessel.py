"""The modified Bessel functions of order 0 and 1, and the Hurwitz zeta function with the polygamma functions.

Chebyshev series of exp(-x) I(x), for x up to 8 and beyond, as in the Cephes Mathematical Library.
"""

import math

from . import _arithmetic as A
from . import _pointwise as P
from ._arithmetic import common
from ._base import Tensor
from ._custom import Function
from ._data import finish
from ._dtype import float64
from ._filling import arange, ones
from ._grad_mode import grad_mode
from ._numbers import as_tensor_operand
from ._promotion import cast, default_dtype
from ._selecting import choose
from ._special import instead

_I0_NEAR = (
    -4.4153416464793395e-18, 3.3307945188222384e-17, -2.431279846547955e-16, 1.715391285555133e-15,
    -1.1685332877993451e-14, 7.676185498604936e-14, -4.856446783111929e-13, 2.95505266312964e-12,
    -1.726826291441556e-11, 9.675809035373237e-11, -5.189795601635263e-10, 2.6598237246823866e-09,
    -1.300025009986248e-08, 6.046995022541919e-08, -2.670793853940612e-07, 1.1173875391201037e-06,
    -4.4167383584587505e-06, 1.6448448070728896e-05, -5.754195010082104e-05, 0.00018850288509584165,
    -0.0005763755745385824, 0.0016394756169413357, -0.004324309995050576, 0.010546460394594998, -0.02373741480589947,
    0.04930528423967071, -0.09490109704804764, 0.17162090152220877, -0.3046826723431984, 0.6767952744094761,
)
_I0_FAR = (
    -7.233180487874754e-18, -4.830504485944182e-18, 4.46562142029676e-17, 3.461222867697461e-17,
    -2.8276239805165836e-16, -3.425485619677219e-16, 1.7725601330565263e-15, 3.8116806693526224e-15,
    -9.554846698828307e-15, -4.150569347287222e-14, 1.54008621752141e-14, 3.8527783827421426e-13,
    7.180124451383666e-13, -1.7941785315068062e-12, -1.3215811840447713e-11, -3.1499165279632416e-11,
    1.1889147107846439e-11, 4.94060238822497e-10, 3.3962320257083865e-09, 2.266668990498178e-08,
    2.0489185894690638e-07, 2.8913705208347567e-06, 6.889758346916825e-05, 0.0033691164782556943, 0.8044904110141088,
)
_I1_NEAR = (
    2.7779141127610464e-18, -2.111421214358166e-17, 1.5536319577362005e-16, -1.1055969477353862e-15,
    7.600684294735408e-15, -5.042185504727912e-14, 3.223793365945575e-13, -1.9839743977649436e-12,
    1.1736186298890901e-11, -6.663489723502027e-11, 3.625590281552117e-10, -1.8872497517228294e-09,
    9.381537386495773e-09, -4.445059128796328e-08, 2.0032947535521353e-07, -8.568720264695455e-07,
    3.4702513081376785e-06, -1.3273163656039436e-05, 4.781565107550054e-05, -0.00016176081582589674,
    0.0005122859561685758, -0.0015135724506312532, 0.004156422944312888, -0.010564084894626197, 0.024726449030626516,
    -0.05294598120809499, 0.1026436586898471, -0.17641651835783406, 0.25258718644363365,
)
_I1_FAR = (
    7.517296310842105e-18, 4.414348323071708e-18, -4.6503053684893586e-17, -3.209525921993424e-17,
    2.96262899764595e-16, 3.3082023109209285e-16, -1.8803547755107825e-15, -3.8144030724370075e-15,
    1.0420276984128802e-14, 4.272440016711951e-14, -2.1015418427726643e-14, -4.0835511110921974e-13,
    -7.198551776245908e-13, 2.0356285441470896e-12, 1.4125807436613782e-11, 3.2526035830154884e-11,
    -1.8974958123505413e-11, -5.589743462196584e-10, -3.835380385964237e-09, -2.6314688468895196e-08,
    -2.512236237870209e-07, -3.882564808877691e-06, -0.00011058893876262371, -0.009761097491361469,
    0.7785762350182801,
)
# (2k)! / B(2k), for k = 1, 2, …: the terms of Euler and Maclaurin's sum.
_EULER_MACLAURIN = (
    12.0, -720.0, 30240.0, -1209600.0, 47900160.0, -1.8924375803183791606e9, 7.47242496e10, -2.950130727918164224e12,
    1.1646782814350067249e14, -4.5979787224074726105e15, 1.8152105401943546773e17, -7.1661652561756670113e18,
)
# From here on the terms of the sum are small enough.
_TERMS = 10


def _chebyshev(x, coefficients):
    before, last = 0.0, coefficients[0]
    for number in coefficients[1:]:
        older, before = before, last
        last = A.add_plain(A.sub_plain(A.mul(x, before), older), number)
    return A.mul(A.sub_plain(last, older), 0.5)


def _scaled(x, near, far):
    """exp(-x) I(x), or that over x where `near` is order 1's, of x >= 0."""
    large = A.gt(x, 8)
    small = _chebyshev(A.sub_plain(A.div_plain(instead(x, large, 8), 2), 2), near)
    beyond = instead(x, A.logical_not(large), 32)
    return large, small, A.div_plain(_chebyshev(A.sub_plain(A.div_plain(32.0, beyond), 2), far), P.sqrt(beyond))


def _bessel(name, order, scaled):
    def operation(input):
        if not isinstance(input, Tensor):
            raise A.operand_error(name, input, "input", 1)
        kind = input.dtype if input.dtype.is_floating_point else default_dtype()
        x = cast(input, float64)
        size = P.abs(x)
        large, small, beyond = _scaled(size, *((_I1_NEAR, _I1_FAR) if order else (_I0_NEAR, _I0_FAR)))
        if order:
            value = choose(large, A.mul(beyond, P.sign(x)), A.mul(small, x))
        else:
            value = choose(large, beyond, small)
        return cast(value if scaled else A.mul(value, P.exp(size)), kind)

    operation.__name__ = operation.__qualname__ = name
    operation.__doc__ = f"The modified Bessel function of order {order}" + (", times exp(-|input|)." if scaled else ".")
    return operation


i0 = _bessel("i0", 0, False)
i0e = _bessel("i0e", 0, True)
i1 = _bessel("i1", 1, False)
i1e = _bessel("i1e", 1, True)


def kaiser_window(window_length, periodic=True, beta=12.0, *, dtype=None, layout=None, device=None,
                  requires_grad=False):
    """A window that the Bessel function of order 0 shapes."""
    kind = dtype or default_dtype()
    if window_length < 2:
        return ones(window_length, dtype=kind, requires_grad=requires_grad)
    middle = (window_length - (not periodic)) / 2
    at = A.sub_plain(A.div_plain(arange(window_length, dtype=float64), middle), 1)
    inside = A.larger(A.sub_plain(1, P.square(at)), 0.0)
    return finish(cast(A.div_plain(i0(A.mul(P.sqrt(inside), beta)), i0(as_tensor_operand(beta, float64))), kind),
                  requires_grad)


def zeta(input, other):
    """The Hurwitz zeta function: the sum of `(k + other)**-input` over k = 0, 1, …"""
    kind = common("zeta", input, other)
    kind = kind if kind.is_floating_point else default_dtype()
    power, start = as_tensor_operand(input, float64), as_tensor_operand(other, float64)
    at_pole = A.logical_and(A.le(start, 0), A.eq(start, P.floor(start)))
    no_power = A.logical_and(A.le(start, 0), A.ne(power, P.floor(power)))
    q = instead(start, A.logical_or(at_pole, no_power), 1)
    p = instead(power, A.le(power, 1), 2)
    lowest = q.detach().min().item() if q.numel() else 0.0
    count = _TERMS + (min(math.ceil(-lowest), 1000) if lowest < 0 else 0)
    total = A.pow(q, P.neg(p))
    for _ in range(count - 1):
        q = A.add_plain(q, 1)
        term = A.pow(q, P.neg(p))
        total = A.add_plain(total, term)
    total = A.add_plain(total, A.sub_plain(A.div_plain(A.mul(term, q), A.sub_plain(p, 1)), A.mul(term, 0.5)))
    factor = p
    for step, divisor in enumerate(_EULER_MACLAURIN):
        term = A.div_plain(term, q)
        total = A.add_plain(total, A.div_plain(A.mul(factor, term), divisor))
        factor = A.mul(factor, A.mul(A.add_plain(p, 2 * step + 1), A.add_plain(p, 2 * step + 2)))
        term = A.div_plain(term, q)
    total = instead(instead(total, no_power, math.nan), at_pole, math.inf)
    total = instead(total, A.lt(power, 1), math.nan)
    return cast(instead(total, A.eq(power, 1), math.inf), kind)


class _Digamma(Function):
    """The host computes the gradient of `digamma` in one kernel, which has no gradient of its own."""

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return P.digamma(input)

    @staticmethod
    def backward(ctx, gradient):
        return A.mul(gradient, polygamma(1, ctx.saved_tensors[0]))


def digamma(input):
    """The derivative of `lgamma`."""
    if grad_mode.recording and isinstance(input, Tensor) and input.requires_grad:
        return _Digamma.apply(input)
    return P.digamma(input)


psi = digamma


def polygamma(n, input):
    """The `n`-th derivative of `digamma`."""
    if isinstance(n, Tensor):
        n, input = input, n
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    if n == 0:
        return digamma(input)
    x = input if input.dtype.is_floating_point else cast(input, default_dtype())
    factor = math.factorial(n) * (1 if n % 2 else -1)
    return cast(A.mul(zeta(float(n + 1), cast(x, float64)), factor), x.dtype)
