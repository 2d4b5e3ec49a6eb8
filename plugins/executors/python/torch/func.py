"""`torch.func`: transforms of functions."""

import functools

from . import _pytree as tree
from . import _reverse
from ._autograd import gradients
from ._base import Tensor, wrap
from ._creation import eye, zeros_like
from ._grad_mode import enable_grad, is_grad_enabled
from ._host import host
from ._joining import stack
from ._missing import absent
from ._vmap import vmap
from ._functional_call import functional_call


def _tracked(value):
    """Each tensor of `value` as one whose gradient can be asked for; with the record it had."""

    def one(x):
        if not isinstance(x, Tensor):
            raise ValueError(f"torch.func: expected tensors to differentiate by, got {type(x).__name__}")
        return x.view_as(x) if x.requires_grad and is_grad_enabled() else x.detach().requires_grad_()

    with enable_grad():
        return tree.tree_map(one, value)


def _chosen(arguments, argnums):
    """The arguments that `argnums` names, tracked; and all arguments with those in place."""
    places = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    whole = list(arguments)
    for place in places:
        if not -len(whole) <= place < len(whole):
            raise RuntimeError(f"Got argnum={place}, but only {len(whole)} positional inputs")
        whole[place] = _tracked(whole[place])
    picked = tuple(whole[place] for place in places)
    return (picked[0] if isinstance(argnums, int) else picked), whole


def _derivatives(output, inputs, gradient, given):
    """Gradients for `inputs`. They are recorded where something else than `inputs` can be differentiated by."""
    if not output.requires_grad:
        return [zeros_like(x) for x in inputs]
    if not any(isinstance(x, Tensor) and x.requires_grad for x in tree.tree_leaves(given)):
        # Then `inputs` are leaves of ours, and one pass tells their gradients and whether there are other leaves.
        entries = host(_reverse.run([output], [gradient], None, False, True).leaves)
        found = {entry.leaf: entry.gradient for entry in entries}
        if not is_grad_enabled() or found.keys() <= {x._leaf for x in inputs}:
            return [wrap(found[x._leaf], x.dtype) if x._leaf in found else zeros_like(x) for x in inputs]
    return gradients([output], inputs, [gradient], True, True, allow_unused=True, materialize_grads=True)


def grad_and_value(func, argnums=0, has_aux=False):
    """A function that gives the gradient of `func`'s scalar output, and that output."""

    @functools.wraps(func)
    def transformed(*arguments, **options):
        given = [arguments, options]
        picked, whole = _chosen(arguments, argnums)
        with enable_grad():
            output = func(*whole, **options)
        aux = None
        if has_aux:
            output, aux = output
        if not isinstance(output, Tensor):
            raise RuntimeError(
                f"grad_and_value(f)(*args): Expected f(*args) to return a tensor, got {type(output).__name__}"
            )
        if output.dim() != 0:
            raise RuntimeError(
                "grad_and_value(f)(*args): Expected f(*args) to return a scalar tensor, got tensor with "
                f"{output.dim()} dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
            )
        leaves, spec = tree.tree_flatten(picked)
        found = _derivatives(output, leaves, None, given)
        answer = tree.tree_unflatten(list(found), spec)
        if not any(x.requires_grad for x in found):
            output = output.detach()
            aux = tree.tree_map_only(Tensor, lambda x: x.detach(), aux)
        return (answer, (output, aux)) if has_aux else (answer, output)

    return transformed


def grad(func, argnums=0, has_aux=False):
    """A function that gives the gradient of `func`'s scalar output by the arguments `argnums`."""

    @functools.wraps(func)
    def transformed(*arguments, **options):
        answer, value = grad_and_value(func, argnums, has_aux)(*arguments, **options)
        return (answer, value[1]) if has_aux else answer

    return transformed


def vjp(func, *primals, has_aux=False):
    """`func(*primals)`, and a function from its gradient to those of `primals`."""
    given = list(primals)
    tracked = [_tracked(x) for x in primals]
    with enable_grad():
        output = func(*tracked)
    aux = None
    if has_aux:
        output, aux = output
    outputs, spec = tree.tree_flatten(output)
    leaves, places = tree.tree_flatten(tuple(tracked))

    def back(*cotangents, retain_graph=True, create_graph=None):
        cotangents = tree.tree_leaves(cotangents[0] if len(cotangents) == 1 else cotangents)
        totals = [zeros_like(x) for x in leaves]
        for y, g in zip(outputs, cotangents):
            parts = _derivatives(y, leaves, g, [given, g])
            totals = [a + b for a, b in zip(totals, parts)]
        return tree.tree_unflatten(totals, places)

    shown = tree.tree_map(lambda x: x if any(p.requires_grad for p in tree.tree_leaves(given)) else x.detach(), output)
    return (shown, back, aux) if has_aux else (shown, back)


def jvp(func, primals, tangents, *, strict=False, has_aux=False):
    """`func(*primals)` and its derivative along `tangents`: two reverse passes."""
    tracked = [_tracked(x) for x in primals]
    with enable_grad():
        output = func(*tracked)
        aux = None
        if has_aux:
            output, aux = output
        outputs, spec = tree.tree_flatten(output)
        leaves = tree.tree_leaves(tuple(tracked))
        along = tree.tree_leaves(tuple(tangents))
        answers = []
        for y in outputs:
            if not y.requires_grad:
                answers.append(zeros_like(y))
                continue
            dummy = zeros_like(y).requires_grad_()
            parts = gradients([y], leaves, [dummy], True, True, allow_unused=True, materialize_grads=True)
            total = sum((g * t).sum() for g, t in zip(parts, along))
            if not total.requires_grad:
                answers.append(zeros_like(y))
                continue
            keep = any(isinstance(x, Tensor) and x.requires_grad for x in tree.tree_leaves([primals, tangents]))
            (d,) = gradients([total], [dummy], None, True, keep, allow_unused=True, materialize_grads=True)
            answers.append(d)
    keep = any(x.requires_grad for x in tree.tree_leaves(list(primals)))
    shown = tree.tree_map(lambda x: x if keep else x.detach(), output)
    answer = tree.tree_unflatten(answers, spec)
    return (shown, answer, aux) if has_aux else (shown, answer)


def jacrev(func, argnums=0, *, has_aux=False, chunk_size=None, _preallocate_and_copy=False):
    """A function that gives the Jacobian of `func`, row by row."""

    @functools.wraps(func)
    def transformed(*arguments, **options):
        given = [arguments, options]
        picked, whole = _chosen(arguments, argnums)
        with enable_grad():
            output = func(*whole, **options)
        aux = None
        if has_aux:
            output, aux = output
        leaves, spec = tree.tree_flatten(picked)

        def one(y):
            rows = eye(y.numel(), dtype=y.dtype).reshape(y.numel(), *y.shape)
            found = [_derivatives(y, leaves, row, given) for row in rows]
            columns = [
                stack([row[at] for row in found]).reshape(*y.shape, *x.shape) if found
                else x.new_zeros((*y.shape, *x.shape))
                for at, x in enumerate(leaves)
            ]
            return tree.tree_unflatten(columns, spec)

        if not any(isinstance(x, Tensor) and x.requires_grad for x in tree.tree_leaves(given)):
            aux = tree.tree_map_only(Tensor, lambda x: x.detach(), aux)

        answer = tree.tree_map(one, output)
        return (answer, aux) if has_aux else answer

    return transformed


def jacfwd(func, argnums=0, has_aux=False, *, chunk_size=None, randomness="error"):
    """As `jacrev`: the same Jacobian, by reverse passes."""
    return jacrev(func, argnums, has_aux=has_aux)


def hessian(func, argnums=0):
    """A function that gives the second derivatives of `func`."""
    return jacfwd(jacrev(func, argnums), argnums)


def stack_module_state(models):
    """Parameters and buffers of modules of one structure, stacked: (params, buffers)."""
    models = list(models)
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if any(type(model) is not type(models[0]) for model in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")

    def stacked(named):
        rows = [dict(named(model)) for model in models]
        return {key: stack([row[key] for row in rows]).detach().requires_grad_(rows[0][key].requires_grad)
                for key in rows[0]}

    return stacked(lambda m: m.named_parameters()), stacked(lambda m: m.named_buffers())


def linearize(func, *primals):
    raise NotImplementedError("torch.func.linearize is not available; the nearest is torch.func.jvp")


def functionalize(func, *, remove="mutations"):
    """Gives back what it is given: the host's tensors are values already."""
    return func


def __getattr__(name):
    return absent("torch.func", name, globals())


__all__ = ["functional_call", "functionalize", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp",
           "stack_module_state", "vjp", "vmap"]
