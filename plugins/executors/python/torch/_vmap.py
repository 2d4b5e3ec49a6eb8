"""`torch.vmap`: a function of one example, over a batch. Examples are computed one after another and stacked, so that
whatever the function does is right, and its gradients too; it is no faster than the loop it stands for.
"""

import functools

from . import _pytree as tree
from ._base import Tensor
from ._joining import stack


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """A function that applies `func` to each element along `in_dims` of its arguments, and stacks the results."""
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")

    @functools.wraps(func)
    def transformed(*arguments, **options):
        leaves, spec = tree.tree_flatten(list(arguments))
        dims = _in_dims(in_dims, arguments)
        size = _batch_size(leaves, dims)
        named, named_spec = tree.tree_flatten(options)
        results, result_spec = [], None
        for at in range(size):
            some = tree.tree_unflatten([_element(x, dim, at) for x, dim in zip(leaves, dims)], spec)
            more = tree.tree_unflatten([_element(x, 0 if isinstance(x, Tensor) else None, at) for x in named],
                                       named_spec)
            parts, result_spec = tree.tree_flatten(func(*some, **more))
            for part in parts:
                if not isinstance(part, Tensor):
                    raise ValueError(
                        f"vmap({getattr(func, '__name__', func)}, ...): `func` must only return Tensors, got type "
                        f"{type(part)} as a return."
                    )
            results.append(parts)
        shape = tree.tree_unflatten(results[0], result_spec)
        places = tree.broadcast_prefix(tuple(out_dims) if isinstance(out_dims, list) else out_dims, shape, "out_dims")
        columns = [
            column[0] if place is None else stack(list(column), place)
            for column, place in zip(zip(*results), places)
        ]
        return tree.tree_unflatten(columns, result_spec)

    return transformed


def _in_dims(in_dims, arguments):
    """For each leaf of the arguments the dimension it is taken apart along, or None."""
    arguments = list(arguments)
    if isinstance(in_dims, int):
        return [in_dims if isinstance(x, Tensor) else None for x in tree.tree_leaves(arguments)]
    if not isinstance(in_dims, (tuple, list)) or len(in_dims) != len(arguments):
        raise ValueError(
            f"vmap: in_dims is not compatible with the structure of inputs; it has {in_dims!r} for {len(arguments)} "
            "arguments"
        )
    return tree.broadcast_prefix(list(in_dims), arguments, "in_dims")


def _batch_size(leaves, dims):
    sizes = []
    for x, dim in zip(leaves, dims):
        if dim is None:
            continue
        if not isinstance(x, Tensor):
            raise ValueError(f"vmap: got in_dim={dim} for an input of type {type(x).__name__}; only Tensors have one")
        if not -x.dim() <= dim < x.dim():
            raise ValueError(f"vmap: got in_dim={dim} for an input of {x.dim()} dimensions")
        sizes.append(x.shape[dim])
    if not sizes:
        raise ValueError("vmap: at least one of the inputs must be a Tensor to be mapped over")
    if len(set(sizes)) != 1:
        raise ValueError(f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes}")
    if sizes[0] == 0:
        raise NotImplementedError("vmap over an empty dimension is not available")
    return sizes[0]


def _element(x, dim, at):
    return x if dim is None else x.select(dim, at)
