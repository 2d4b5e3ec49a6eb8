"""Parametrizations: weights of given norm, or orthogonal."""

import torch

from ..._base import Tensor
from ..modules.module import Module
from .parametrize import register_parametrization


def norm_except_dim(v, dim):
    """The 2-norm over all dimensions but `dim`; over all where it is -1."""
    if dim == -1:
        return v.norm()
    others = [d for d in range(v.dim()) if d != dim % v.dim()]
    return (v * v).sum(others, keepdim=True).sqrt() if others else v.abs()


class _WeightNorm(Module):
    def __init__(self, dim=0):
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g, weight_v):
        return weight_v * (weight_g / norm_except_dim(weight_v, self.dim))

    def right_inverse(self, weight):
        return norm_except_dim(weight, self.dim), weight


def weight_norm(module, name="weight", dim=0):
    """The weight as its length and its direction."""
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def compatible(state_dict, prefix, *rest):
        old = [f"{prefix}{name}_g", f"{prefix}{name}_v"]
        if all(key in state_dict for key in old):
            for at, key in enumerate(old):
                state_dict[f"{prefix}parametrizations.{name}.original{at}"] = state_dict.pop(key)

    module._register_load_state_dict_pre_hook(compatible)
    return module


def as_matrix(weight, dim):
    """The weight with `dim` first and all others as one."""
    if dim != 0:
        weight = weight.permute(dim, *(d for d in range(weight.dim()) if d != dim))
    return weight.flatten(1)


def output_dim(module, dim):
    """Along which dimension of the weight the outputs are."""
    if dim is not None:
        return dim
    turned = (torch.nn.ConvTranspose1d, torch.nn.ConvTranspose2d, torch.nn.ConvTranspose3d)
    return 1 if isinstance(module, turned) else 0


class _SpectralNorm(Module):
    def __init__(self, weight, n_power_iterations=1, dim=0, eps=1e-12):
        super().__init__()
        rank = weight.dim()
        if not -rank <= dim < rank:
            raise IndexError(f"Dimension out of range (expected to be in range of [-{rank}, {rank - 1}] but got {dim})")
        if n_power_iterations <= 0:
            raise ValueError("Expected n_power_iterations to be positive, but got n_power_iterations="
                             f"{n_power_iterations}")
        self.dim = dim % rank
        self.eps = eps
        if rank > 1:
            self.n_power_iterations = n_power_iterations
            matrix = as_matrix(weight, self.dim).detach()
            rows, columns = matrix.shape
            u, v = (torch.empty(n, dtype=matrix.dtype).normal_(0, 1) for n in (rows, columns))
            self.register_buffer("_u", torch.nn.functional.normalize(u, dim=0, eps=eps))
            self.register_buffer("_v", torch.nn.functional.normalize(v, dim=0, eps=eps))
            self._power_method(matrix, 15)

    def _power_method(self, matrix, times):
        with torch.no_grad():
            u, v = self._u, self._v
            for _ in range(times):
                u = torch.nn.functional.normalize(torch.mv(matrix, v), dim=0, eps=self.eps)
                v = torch.nn.functional.normalize(torch.mv(matrix.t(), u), dim=0, eps=self.eps)
            self._u.copy_(u)
            self._v.copy_(v)

    def forward(self, weight):
        if weight.dim() == 1:
            return torch.nn.functional.normalize(weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._power_method(matrix.detach(), self.n_power_iterations)
        return weight / torch.dot(self._u.clone(), torch.mv(matrix, self._v.clone()))

    def right_inverse(self, value):
        return value


def _weight_of(module, name):
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    return weight


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """The weight divided by its largest singular value."""
    weight = _weight_of(module, name)
    register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, output_dim(module, dim), eps))
    return module


class _Orthogonal(Module):
    """A matrix with orthonormal columns (rows, where it is wide), from a skew-symmetric one."""

    def __init__(self, weight, orthogonal_map, *, use_trivialization=True):
        super().__init__()
        self.shape, self.orthogonal_map = weight.shape, orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X):
        wide = X.shape[-2] < X.shape[-1]
        if wide:
            X = X.mT
        n, k = X.shape[-2:]
        X = X.tril()
        if n != k:
            X = torch.cat([X, X.new_zeros(*X.shape[:-1], n - k)], -1)
        A = X - X.mT
        if self.orthogonal_map == "matrix_exp":
            Q = torch.matrix_exp(A)
        else:
            unit = torch.eye(n, dtype=A.dtype)
            Q = torch.linalg.solve(unit - A * 0.5, unit + A * 0.5)
        if n != k:
            Q = Q[..., :k]
        if hasattr(self, "base"):
            Q = self.base @ Q
        return Q.mT if wide else Q

    def right_inverse(self, Q):
        if Q.shape != self.shape:
            raise ValueError(f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape "
                             f"{Q.shape}.")
        if not hasattr(self, "base"):
            raise NotImplementedError("It is not possible to assign to the matrix exponential or the Cayley "
                                      "parametrizations when use_trivialization=False.")
        zero = torch.zeros_like(Q)
        with torch.no_grad():
            wide = Q.shape[-2] < Q.shape[-1]
            if wide:
                Q = Q.mT
            n, k = Q.shape[-2:]
            if n != k:
                Q = torch.cat([Q, torch.randn(*Q.shape[:-1], n - k, dtype=Q.dtype)], -1)
            q, r = torch.linalg.qr(Q)
            self.base = q * torch.diagonal(r, dim1=-2, dim2=-1).sign().unsqueeze(-2)
        # PyTorch starts from -1 on the diagonal, which the maps do not read.
        eye = torch.eye(*zero.shape[-2:], dtype=zero.dtype)
        return zero - eye


def orthogonal(module, name="weight", orthogonal_map=None, *, use_trivialization=True):
    """The weight kept orthogonal."""
    weight = _weight_of(module, name)
    if weight.dim() < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.dim()} dimensions.")
    if orthogonal_map is None:
        orthogonal_map = "matrix_exp" if weight.shape[-2] == weight.shape[-1] else "householder"
    if orthogonal_map == "householder":
        raise NotImplementedError("orthogonal with orthogonal_map='householder' (the default for matrices that are not "
                                  "square) is not available; orthogonal_map='cayley' is")
    if orthogonal_map not in ("matrix_exp", "cayley"):
        raise ValueError('orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: '
                         f"{orthogonal_map}")
    parametrization = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    register_parametrization(module, name, parametrization, unsafe=True)
    return module


__all__ = ["orthogonal", "spectral_norm", "weight_norm"]
