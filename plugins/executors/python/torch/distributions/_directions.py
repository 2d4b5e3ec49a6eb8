"""Distributions of angles, of ratios and of counts until a number of failures."""

import math

import torch
import torch.nn.functional as F

from . import constraints
from ._discrete import Binary, one_of
from ._gamma_family import Gamma
from .distribution import Distribution
from .utils import broadcast_all, lazy_property


class NegativeBinomial(Binary):
    """How many trials succeed before `total_count` of them failed."""

    arg_constraints = {"total_count": constraints.greater_than_eq(0), "probs": constraints.half_open_interval(0.0, 1.0),
                       "logits": constraints.real}
    support = constraints.nonnegative_integer
    _parameters = {"total_count": 0, **Binary._parameters}

    def __init__(self, total_count, probs=None, logits=None, validate_args=None):
        one_of(probs, logits)
        name, given = ("probs", probs) if probs is not None else ("logits", logits)
        count, value = broadcast_all(total_count, given)
        self.total_count = count.type_as(value)
        self.__dict__[name] = value
        Distribution.__init__(self, value.size(), validate_args=validate_args)

    @property
    def mean(self):
        return self.total_count * torch.exp(self.logits)

    @property
    def mode(self):
        return ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0.0)

    @property
    def variance(self):
        return self.mean / torch.sigmoid(-self.logits)

    def sample(self, sample_shape=torch.Size()):
        with torch.no_grad():
            rates = Gamma(self.total_count, torch.exp(-self.logits), validate_args=False)
            return torch.poisson(rates.sample(sample_shape))

    def log_prob(self, value):
        self._checked(value)
        n, logits = self.total_count, self.logits
        likelihood = n * F.logsigmoid(-logits) + value * F.logsigmoid(logits)
        normalization = -torch.lgamma(n + value) + torch.lgamma(1.0 + value) + torch.lgamma(n)
        return likelihood - normalization.masked_fill(n + value == 0.0, 0.0)


class FisherSnedecor(Distribution):
    """The ratio of two sums of squares."""

    arg_constraints = {"df1": constraints.positive, "df2": constraints.positive}
    support = constraints.positive
    has_rsample = True
    _parameters = {"df1": 0, "df2": 0}

    def __init__(self, df1, df2, validate_args=None):
        self._begin(validate_args, df1=df1, df2=df2)

    @property
    def mean(self):
        df2 = self.df2.masked_fill(self.df2 <= 2, math.nan)
        return df2 / (df2 - 2)

    @property
    def mode(self):
        mode = (self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2)
        return mode.masked_fill(self.df1 <= 2, math.nan)

    @property
    def variance(self):
        df2 = self.df2.masked_fill(self.df2 <= 4, math.nan)
        return 2 * df2.pow(2) * (self.df1 + df2 - 2) / (self.df1 * (df2 - 2).pow(2) * (df2 - 4))

    def rsample(self, sample_shape=torch.Size()):
        shape = self._extended_shape(sample_shape)
        first = Gamma(self.df1 * 0.5, self.df1).rsample(sample_shape).view(shape)
        second = Gamma(self.df2 * 0.5, self.df2).rsample(sample_shape).view(shape)
        tiny = torch.finfo(second.dtype).tiny
        return (first / second.clamp(min=tiny)).clamp(min=tiny)

    def log_prob(self, value):
        self._checked(value)
        a, b, ratio = self.df1 * 0.5, self.df2 * 0.5, self.df1 / self.df2
        return ((a + b).lgamma() - a.lgamma() - b.lgamma() + a * ratio.log() + (a - 1) * torch.log(value)
                - (a + b) * torch.log1p(ratio * value))


class VonMises(Distribution):
    """Angles about `loc`."""

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real
    has_rsample = False
    _parameters = {"loc": 0, "concentration": 0}

    def __init__(self, loc, concentration, validate_args=None):
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, torch.Size(), validate_args)

    def _log_bessel(self, order):
        scaled = (torch.special.i0e, torch.special.i1e)[order]
        return scaled(self.concentration).log() + self.concentration

    def log_prob(self, value):
        self._checked(value)
        return self.concentration * torch.cos(value - self.loc) - math.log(2 * math.pi) - self._log_bessel(0)

    def _proposal(self, kappa):
        tau = 1 + (1 + 4 * kappa**2).sqrt()
        rho = (tau - (2 * tau).sqrt()) / (2 * kappa)
        return torch.where(kappa < 1e-5, 1 / kappa + kappa, (1 + rho**2) / (2 * rho))

    @torch.no_grad()
    def sample(self, sample_shape=torch.Size()):
        loc, kappa = self.loc.double(), self.concentration.double()
        proposal, shape = self._proposal(kappa), self._extended_shape(sample_shape)
        x, done = torch.zeros(shape, dtype=loc.dtype), torch.zeros(shape, dtype=torch.bool)
        while not done.all():
            u1, u2, u3 = torch.rand((3,) + shape, dtype=loc.dtype).unbind()
            z = torch.cos(math.pi * u1)
            f = (1 + proposal * z) / (proposal + z)
            c = kappa * (proposal - f)
            accept = ((c * (2 - c) - u2) > 0) | ((c / u2).log() + 1 - c >= 0)
            # Also where one was found already, as PyTorch does: the numbers of a seed are the same.
            x = torch.where(accept, (u3 - 0.5).sign() * f.acos(), x)
            done = done | accept
        return ((x + math.pi + loc) % (2 * math.pi) - math.pi).to(self.loc.dtype)

    @property
    def mean(self):
        return self.loc

    @property
    def mode(self):
        return self.loc

    @lazy_property
    def variance(self):
        return 1 - (self._log_bessel(1) - self._log_bessel(0)).exp()
