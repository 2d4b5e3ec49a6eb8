"""Invertible functions, one after another, and how they change densities."""

import copy
import math

import torch

from . import constraints
from .utils import sum_rightmost


class Transform:
    """y = t(x) and x = t.inv(y); `log_abs_det_jacobian` is log |dy/dx|."""

    bijective = False
    domain = codomain = constraints.real

    def __init__(self, cache_size=0):
        if cache_size not in (0, 1):
            raise ValueError("cache_size must be 0 or 1")
        self._cache_size = cache_size
        self._last = (None, None)

    @property
    def event_dim(self):
        """How many dimensions it works on."""
        if self.domain.event_dim == self.codomain.event_dim:
            return self.domain.event_dim
        raise ValueError("Please use either .domain.event_dim or .codomain.event_dim")

    @property
    def inv(self):
        """The inverse."""
        return _Inverse(self)

    @property
    def sign(self):
        """1 where it grows, -1 where it falls."""
        raise NotImplementedError

    def with_cache(self, cache_size=1):
        """The same, remembering its last argument and value."""
        if self._cache_size == cache_size:
            return self
        other = copy.copy(self)
        other._cache_size, other._last = cache_size, (None, None)
        return other

    def __eq__(self, other):
        return self is other

    __hash__ = object.__hash__

    def __call__(self, x):
        if self._cache_size and x is self._last[0]:
            return self._last[1]
        y = self._call(x)
        if self._cache_size:
            self._last = x, y
        return y

    def _inv_call(self, y):
        if self._cache_size and y is self._last[1]:
            return self._last[0]
        x = self._inverse(y)
        if self._cache_size:
            self._last = x, y
        return x

    def _call(self, x):
        raise NotImplementedError

    def _inverse(self, y):
        raise NotImplementedError

    def log_abs_det_jacobian(self, x, y):
        """log |dy/dx|."""
        raise NotImplementedError

    def forward_shape(self, shape):
        """The shape of y."""
        return torch.Size(shape)

    def inverse_shape(self, shape):
        """The shape of x."""
        return torch.Size(shape)

    def __repr__(self):
        return type(self).__name__ + "()"


class _Inverse(Transform):
    def __init__(self, transform):
        super().__init__()
        self._forward = transform
        self.bijective = transform.bijective

    domain = property(lambda self: self._forward.codomain)
    codomain = property(lambda self: self._forward.domain)
    sign = property(lambda self: self._forward.sign)
    inv = property(lambda self: self._forward)

    def __eq__(self, other):
        return isinstance(other, _Inverse) and self._forward == other._forward

    __hash__ = object.__hash__

    def __call__(self, x):
        return self._forward._inv_call(x)

    def _inv_call(self, y):
        return self._forward(y)

    def log_abs_det_jacobian(self, x, y):
        return -self._forward.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape):
        return self._forward.inverse_shape(shape)

    def inverse_shape(self, shape):
        return self._forward.forward_shape(shape)


class ComposeTransform(Transform):
    """One after another."""

    def __init__(self, parts, cache_size=0):
        super().__init__(cache_size)
        self.parts = [part.with_cache(cache_size) for part in parts] if cache_size else list(parts)

    def __eq__(self, other):
        return isinstance(other, ComposeTransform) and self.parts == other.parts

    __hash__ = object.__hash__

    def _dim(self, parts, start, first, second):
        dim = start
        for part in parts:
            dim = max(dim + getattr(part, second).event_dim - getattr(part, first).event_dim,
                      getattr(part, second).event_dim)
        return dim

    @property
    def domain(self):
        if not self.parts:
            return constraints.real
        last = self.parts[-1].codomain.event_dim
        dim = self._dim(reversed(self.parts), last, "codomain", "domain")
        first = self.parts[0].domain
        return constraints.independent(first, dim - first.event_dim) if dim > first.event_dim else first

    @property
    def codomain(self):
        if not self.parts:
            return constraints.real
        dim = self._dim(self.parts, self.parts[0].domain.event_dim, "domain", "codomain")
        last = self.parts[-1].codomain
        return constraints.independent(last, dim - last.event_dim) if dim > last.event_dim else last

    @property
    def bijective(self):
        return all(part.bijective for part in self.parts)

    @property
    def sign(self):
        return math.prod([part.sign for part in self.parts])

    @property
    def inv(self):
        return ComposeTransform([part.inv for part in reversed(self.parts)])

    def __call__(self, x):
        for part in self.parts:
            x = part(x)
        return x

    def _inv_call(self, y):
        for part in reversed(self.parts):
            y = part._inv_call(y)
        return y

    def log_abs_det_jacobian(self, x, y):
        if not self.parts:
            return torch.zeros_like(x)
        total, event_dim = 0, self.domain.event_dim
        for part in self.parts:
            following = part(x)
            total = total + sum_rightmost(part.log_abs_det_jacobian(x, following), event_dim - part.domain.event_dim)
            event_dim += part.codomain.event_dim - part.domain.event_dim
            x = following
        return total

    def forward_shape(self, shape):
        for part in self.parts:
            shape = part.forward_shape(shape)
        return torch.Size(shape)

    def inverse_shape(self, shape):
        for part in reversed(self.parts):
            shape = part.inverse_shape(shape)
        return torch.Size(shape)

    def __repr__(self):
        return "ComposeTransform(\n    " + ",\n    ".join(repr(part) for part in self.parts) + "\n)"


identity_transform = ComposeTransform([])


class IndependentTransform(Transform):
    """The last dimensions taken together."""

    def __init__(self, base_transform, reinterpreted_batch_ndims, cache_size=0):
        super().__init__(cache_size)
        self.base_transform, self.reinterpreted_batch_ndims = base_transform, reinterpreted_batch_ndims
        self.bijective = base_transform.bijective

    domain = property(lambda self: constraints.independent(self.base_transform.domain, self.reinterpreted_batch_ndims))
    codomain = property(
        lambda self: constraints.independent(self.base_transform.codomain, self.reinterpreted_batch_ndims))
    sign = property(lambda self: self.base_transform.sign)

    def _call(self, x):
        return self.base_transform(x)

    def _inverse(self, y):
        return self.base_transform.inv(y)

    def log_abs_det_jacobian(self, x, y):
        return sum_rightmost(self.base_transform.log_abs_det_jacobian(x, y), self.reinterpreted_batch_ndims)
