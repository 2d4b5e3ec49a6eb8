"""`torch.nn.utils`: gradients and parameters taken together."""

from ..._base import Tensor
from ..._creation import full
from ..._grad_mode import no_grad
from ..._host import Err, autograd, raised
from ..._joining import cat
from ..._missing import absent
from ..._reductions import norm
from ..._shaping import flatten


def _gradients(parameters):
    parameters = [parameters] if isinstance(parameters, Tensor) else parameters
    return [p.grad for p in parameters if p.grad is not None]


@no_grad()
def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Scales the gradients in place where their norm taken together exceeds `max_norm`; returns that norm."""
    gradients = _gradients(parameters)
    if not gradients:
        return full((), 0.0)
    if norm_type == 2:
        try:
            total = autograd.clip_gradient_norm(gradients, float("inf") if error_if_nonfinite else max_norm)
        except Err as err:
            raise raised(err) from None
        if not error_if_nonfinite:
            return full((), total)
        result = full((), total)
    else:
        result = get_total_norm(gradients, norm_type)
    if error_if_nonfinite and not bool(result.isfinite()):
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be clipped."
            " To disable this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    scale = (max_norm / (result + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(scale)
    return result


def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """The norm of several tensors taken together."""
    return norm(cat([norm(x, norm_type).reshape(1) for x in tensors]), norm_type)


@no_grad()
def clip_grad_value_(parameters, clip_value, foreach=None):
    """Clamps each gradient in place."""
    for gradient in _gradients(parameters):
        gradient.clamp_(-float(clip_value), float(clip_value))


def parameters_to_vector(parameters):
    """All parameters in one vector."""
    return cat([flatten(p) for p in parameters])


@no_grad()
def vector_to_parameters(vec, parameters):
    """The values of a vector into the parameters."""
    at = 0
    for p in parameters:
        count = p.numel()
        p.copy_(vec[at : at + count].reshape(p.shape))
        at += count


def __getattr__(name):
    return absent("torch.nn.utils", name, globals())
