"""`torch.special`."""

from ._bessel import digamma, i0, i0e, i1, i1e, polygamma, psi, zeta
from ._clamping import log_softmax, softmax
from ._missing import absent
from ._pointwise import (
    erf, erfc, erfinv, exp2, expit, expm1, gammaln, log1p, round,
)
from ._reductions import logsumexp
from ._special import entr, erfcx, log_ndtr, logit, ndtr, ndtri, sinc, xlog1py, xlogy
from ._special import mvlgamma as multigammaln

__all__ = [
    "digamma", "entr", "erf", "erfc", "erfcx", "erfinv", "exp2", "expit", "expm1", "gammaln", "i0", "i0e", "i1", "i1e",
    "log1p", "log_ndtr", "log_softmax", "logit", "logsumexp", "multigammaln", "ndtr", "ndtri", "polygamma", "psi",
    "round", "sinc", "softmax", "xlog1py", "xlogy", "zeta",
]


def __getattr__(name):
    return absent("torch.special", name, globals())
