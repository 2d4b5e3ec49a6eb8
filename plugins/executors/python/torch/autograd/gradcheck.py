"""Gradients beside finite differences."""

from .._autograd import gradients
from .._base import Tensor
from .._creation import ones_like
from .._grad_mode import enable_grad, no_grad


class GradcheckError(RuntimeError):
    """The gradients of a function are not its derivatives."""


def _outputs(function, inputs):
    result = function(*inputs)
    several = (result,) if isinstance(result, Tensor) else tuple(result)
    return [y for y in several if isinstance(y, Tensor) and y.dtype.is_floating_point]


def _numerical(function, inputs, at, out, place, eps):
    """d outputs[out] / d inputs[at][place], for every element of the output."""
    with no_grad():
        x = inputs[at].detach().clone()
        flat = x.reshape(-1)
        values = []
        for sign in (1, -1):
            moved = flat.clone()
            moved[place] += sign * eps
            some = [moved.reshape(x.shape) if i == at else y for i, y in enumerate(inputs)]
            values.append(_outputs(function, some)[out].detach().reshape(-1).clone())
        return (values[0] - values[1]) / (2 * eps)


def gradcheck(func, inputs, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, nondet_tol=0.0,
              check_undefined_grad=True, check_grad_dtypes=False, check_batched_grad=False,
              check_batched_forward_grad=False, check_forward_ad=False, check_backward_ad=True, fast_mode=False,
              masked=None):
    """Are the gradients of `func` at `inputs` those of finite differences?"""
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    tracked = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
    if not tracked:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of the them have "
            "requires_grad=True."
        )
    for out, y in enumerate(_outputs(func, inputs)):
        rows = []
        flat = y.reshape(-1)
        for element in range(flat.numel()):
            found = gradients(flat[element], [inputs[i] for i in tracked], retain_graph=True, allow_unused=True,
                              materialize_grads=True) if y.requires_grad else None
            rows.append(None if found is None else [gradient.reshape(-1).tolist() for gradient in found])
        for which, at in enumerate(tracked):
            for place in range(inputs[at].numel()):
                numerical = _numerical(func, inputs, at, out, place, eps).tolist()
                analytical = [0.0 if row is None else row[which][place] for row in rows]
                for n, a in zip(numerical, analytical):
                    if not abs(n - a) <= atol + rtol * abs(n):
                        if raise_exception:
                            raise GradcheckError(
                                f"Jacobian mismatch for output {out} with respect to input {at},\nnumerical:{n}\n"
                                f"analytical:{a}\n"
                            )
                        return False
    return True


def gradgradcheck(func, inputs, grad_outputs=None, **options):
    """The same for the gradients of gradients."""
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    tracked = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]

    def first(*some):
        # Also where the differences are taken, which nobody differentiates.
        with enable_grad():
            some = _requiring(some, tracked, inputs)
            ys = _outputs(func, some)
            wanted = [x for x in some if isinstance(x, Tensor) and x.requires_grad]
            vectors = [ones_like(y) * 0.7 for y in ys] if grad_outputs is None else grad_outputs
            return gradients(ys, wanted, vectors, create_graph=True, allow_unused=True, materialize_grads=True)

    options = {k: v for k, v in options.items() if not k.startswith("gen_")}
    return gradcheck(first, inputs, **options)


def _requiring(some, tracked, inputs):
    """`some` with those requiring a gradient that do so among `inputs`."""
    return [
        x if not isinstance(x, Tensor) or x.requires_grad or not any(inputs[i] is t for t in tracked)
        else x.detach().requires_grad_()
        for i, x in enumerate(some)
    ]
