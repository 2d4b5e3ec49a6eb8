"""`torch.distributions`. Samples are PyTorch's for a seed."""

import sys

from .._missing import absent
from . import (
    _categorical, _continuous, _derived, _directions, _discrete, _gamma_family, _low_rank, _several, _transformed,
)
from . import constraints, distribution, kl, transforms, utils
from ._categorical import Categorical, Multinomial, OneHotCategorical, OneHotCategoricalStraightThrough
from ._continuous import Cauchy, Exponential, Laplace, Normal, Uniform
from ._derived import (
    Gumbel, HalfNormal, Independent, LogitRelaxedBernoulli, LogNormal, RelaxedBernoulli, RelaxedOneHotCategorical,
    TransformedDistribution,
)
from ._directions import FisherSnedecor, NegativeBinomial, VonMises
from ._discrete import Bernoulli, Binomial, Geometric, Poisson
from ._gamma_family import Beta, Chi2, Dirichlet, Gamma, StudentT
from ._low_rank import LowRankMultivariateNormal
from ._several import MixtureSameFamily, MultivariateNormal
from ._transformed import HalfCauchy, InverseGamma, Kumaraswamy, Pareto, Weibull
from .distribution import Distribution, ExponentialFamily
from .kl import kl_divergence, register_kl
from .transforms import *  # noqa: F403

__all__ = [
    "Bernoulli", "Beta", "Binomial", "Categorical", "Cauchy", "Chi2", "Dirichlet", "Distribution", "Exponential",
    "ExponentialFamily", "Gamma", "Geometric", "Gumbel", "HalfNormal", "Independent", "Laplace", "LogNormal",
    "LogitRelaxedBernoulli", "MixtureSameFamily", "Multinomial", "MultivariateNormal", "Normal", "OneHotCategorical",
    "OneHotCategoricalStraightThrough", "Poisson", "RelaxedBernoulli", "RelaxedOneHotCategorical", "StudentT",
    "FisherSnedecor", "HalfCauchy", "InverseGamma", "Kumaraswamy", "LowRankMultivariateNormal",
    "NegativeBinomial", "Pareto", "TransformedDistribution", "Uniform", "VonMises", "Weibull", "constraints",
    "distribution", "kl", "kl_divergence", "register_kl", "transforms", "utils", *transforms.__all__,
]

# PyTorch has a module for each of them.
for _module, _names in (
    (_continuous, "cauchy exponential laplace normal uniform"),
    (_derived, "gumbel half_normal independent log_normal relaxed_bernoulli relaxed_categorical"),
    (_derived, "transformed_distribution"),
    (_categorical, "categorical multinomial one_hot_categorical"),
    (_discrete, "bernoulli binomial geometric poisson"),
    (_gamma_family, "beta chi2 dirichlet gamma studentT"),
    (_several, "mixture_same_family multivariate_normal"),
    (_transformed, "half_cauchy inverse_gamma kumaraswamy pareto weibull"),
    (_directions, "fishersnedecor negative_binomial von_mises"),
    (_low_rank, "lowrank_multivariate_normal"),
    (distribution, "exp_family"),
):
    for _name in _names.split():
        globals()[_name] = sys.modules[f"{__name__}.{_name}"] = _module


def __getattr__(name):
    return absent("torch.distributions", name, globals())
