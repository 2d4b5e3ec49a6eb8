"""Nested tuples, lists and dicts of leaves, taken apart and put together again (`torch.utils._pytree`)."""


class TreeSpec:
    """The structure of a nested value: what is needed to put it together."""

    def __init__(self, type, context, children):
        self.type = type
        self.context = context
        self.children_specs = children
        self.num_leaves = sum(child.num_leaves for child in children) if type is not None else 1

    def __eq__(self, other):
        return (isinstance(other, TreeSpec) and self.type is other.type and self.context == other.context
                and self.children_specs == other.children_specs)

    def __repr__(self):
        return "*" if self.type is None else f"TreeSpec({self.type.__name__}, {self.context}, {self.children_specs})"


_LEAF = TreeSpec(None, None, [])


def _children(tree):
    """(children, context) of a node; None for a leaf."""
    if isinstance(tree, dict):
        return list(tree.values()), list(tree)
    if isinstance(tree, (tuple, list)):
        return list(tree), None
    return None


def tree_flatten(tree):
    """(leaves, spec)."""
    parts = _children(tree)
    if parts is None:
        return [tree], _LEAF
    leaves, specs = [], []
    for child in parts[0]:
        some, spec = tree_flatten(child)
        leaves.extend(some)
        specs.append(spec)
    return leaves, TreeSpec(type(tree), parts[1], specs)


def tree_unflatten(leaves, treespec):
    """What `tree_flatten` took apart, with other leaves."""
    leaves = list(leaves)
    if len(leaves) != treespec.num_leaves:
        raise ValueError(f"tree_unflatten: {len(leaves)} leaves for a structure of {treespec.num_leaves}")
    return _built(iter(leaves), treespec)


def _built(leaves, spec):
    if spec.type is None:
        return next(leaves)
    children = [_built(leaves, child) for child in spec.children_specs]
    if spec.context is not None:
        return spec.type(zip(spec.context, children))
    return spec.type(*children) if hasattr(spec.type, "_fields") else spec.type(children)


def tree_map(function, tree, *rest):
    """`function` of each leaf; of the leaves at the same place of several trees."""
    leaves, spec = tree_flatten(tree)
    others = [tree_flatten(other)[0] for other in rest]
    return tree_unflatten([function(*values) for values in zip(leaves, *others)], spec)


def tree_leaves(tree):
    """The leaves in order."""
    return tree_flatten(tree)[0]


def tree_map_only(kind, function, tree):
    """`function` of each leaf of type `kind`; other leaves stay."""
    return tree_map(lambda x: function(x) if isinstance(x, kind) else x, tree)


def broadcast_prefix(prefix, tree, what):
    """For each leaf of `tree` the value that `prefix`, a part of its structure, has there."""
    parts = _children(prefix)
    if parts is None:
        return [prefix] * len(tree_leaves(tree))
    own = _children(tree)
    if own is None or len(own[0]) != len(parts[0]):
        raise ValueError(f"{what} is not compatible with the structure of what it is for")
    result = []
    for a, b in zip(parts[0], own[0]):
        result.extend(broadcast_prefix(a, b, what))
    return result
