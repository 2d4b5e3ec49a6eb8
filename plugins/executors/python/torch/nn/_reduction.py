"""The names and numbers of reductions, old ones too."""

import warnings


def get_enum(reduction):
    """0 for "none", 1 for "mean", 2 for "sum"."""
    if reduction == "elementwise_mean":
        warnings.warn("reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.", stacklevel=2)
        return 1
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return ("none", "mean", "sum").index(reduction)


def legacy_get_string(size_average, reduce, emit_warning=True):
    """The reduction that the two old arguments mean."""
    reduced = reduce is None or reduce
    meant = "none" if not reduced else "mean" if size_average is None or size_average else "sum"
    if emit_warning:
        warnings.warn(f"size_average and reduce args will be deprecated, please use reduction='{meant}' instead.",
                      stacklevel=2)
    return meant


def legacy_get_enum(size_average, reduce, emit_warning=True):
    """The number of that reduction."""
    return get_enum(legacy_get_string(size_average, reduce, emit_warning))
