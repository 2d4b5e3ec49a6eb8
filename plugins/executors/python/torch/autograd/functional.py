"""`torch.autograd.functional`: Jacobians and products with them."""

from .. import func
from .._autograd import gradients
from .._base import Tensor
from .._creation import eye, zeros_like
from .._grad_mode import enable_grad
from .._joining import stack
from .._missing import absent


def _prepared(inputs, create_graph):
    single = isinstance(inputs, Tensor)
    several = (inputs,) if single else tuple(inputs)
    with enable_grad():
        if create_graph:
            several = tuple(x.view_as(x) if x.requires_grad else x.detach().requires_grad_() for x in several)
        else:
            several = tuple(x.detach().requires_grad_() for x in several)
    return single, several


def _called(function, several):
    with enable_grad():
        result = function(*several)
    single = isinstance(result, Tensor)
    return single, (result,) if single else tuple(result)


def _row(y, inputs, gradient, create_graph, strict):
    if not y.requires_grad:
        if strict:
            raise RuntimeError("The output of the user-provided function is independent of the inputs.")
        return [zeros_like(x) for x in inputs]
    return gradients([y], list(inputs), [gradient], True, create_graph, allow_unused=True,
                     materialize_grads=True)


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """The derivatives of every output of `func` by every input."""
    single_in, several = _prepared(inputs, create_graph)
    single_out, outputs = _called(func, several)
    rows = []
    for y in outputs:
        unit = eye(y.numel(), dtype=y.dtype).reshape(y.numel(), *y.shape)
        found = [_row(y, several, g, create_graph, strict) for g in unit]
        rows.append(tuple(
            stack([row[at] for row in found]).reshape(*y.shape, *x.shape) for at, x in enumerate(several)
        ))
    if single_out:
        return rows[0][0] if single_in else rows[0]
    return tuple(row[0] for row in rows) if single_in else tuple(rows)


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    """The second derivatives of the scalar `func` by every pair of inputs."""
    single, _ = _prepared(inputs, False)

    def inner(*several):
        return jacobian(func, several[0] if single else several, create_graph=True, strict=strict)

    if single:
        return jacobian(inner, inputs, create_graph, strict)
    return jacobian(inner, tuple(inputs), create_graph, strict)


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """(outputs, the product of `v` with the Jacobian)."""
    single_in, several = _prepared(inputs, create_graph)
    single_out, outputs = _called(func, several)
    vectors = [None] * len(outputs) if v is None else [v] if isinstance(v, Tensor) else list(v)
    totals = [zeros_like(x) for x in several]
    for y, g in zip(outputs, vectors):
        totals = [a + b for a, b in zip(totals, _row(y, several, g, create_graph, strict))]
    shown = outputs if create_graph else tuple(y.detach() for y in outputs)
    return (shown[0] if single_out else shown), (totals[0] if single_in else tuple(totals))


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """(outputs, the product of the Jacobian with `v`)."""
    single = isinstance(inputs, Tensor)
    several = (inputs,) if single else tuple(inputs)
    if v is None:
        v = tuple(x.new_ones(x.shape) for x in several)
    vectors = (v,) if isinstance(v, Tensor) else tuple(v)
    outputs, tangents = _forward(func, several, vectors)
    if create_graph:
        return outputs, tangents
    cut = lambda value: value.detach() if isinstance(value, Tensor) else tuple(x.detach() for x in value)  # noqa: E731
    return cut(outputs), cut(tangents)


def _forward(function, several, vectors):
    return func.jvp(function, several, vectors)


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """(output, the product of `v` with the Hessian of the scalar `func`)."""
    single, several = _prepared(inputs, create_graph)
    _, outputs = _called(func, several)
    vectors = [several[0].new_ones(several[0].shape)] if v is None else [v] if isinstance(v, Tensor) else list(v)
    first = _row(outputs[0], several, None, True, strict)
    with enable_grad():
        total = sum((g * w).sum() for g, w in zip(first, vectors))
    found = _row(total, several, None, create_graph, strict)
    shown = outputs[0] if create_graph else outputs[0].detach()
    return shown, (found[0] if single else tuple(found))


# The Hessian is symmetric.
hvp = vhp


def __getattr__(name):
    return absent("torch.autograd.functional", name, globals())


__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]
