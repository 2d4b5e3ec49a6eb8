"""Causal masks for queries and keys of different number."""

import enum

from ..._base import Tensor
from ..._creation import ones
from ..._dtype import bool_
from ..._triangles import tril


class CausalVariant(enum.IntEnum):
    """Where the diagonal of the mask begins, or ends."""

    UPPER_LEFT = 1
    LOWER_RIGHT = 2


class CausalBias(Tensor):
    """A mask of queries and keys: which of these each of those sees."""

    def __new__(cls, variant, seq_len_q, seq_len_kv):
        diagonal = 0 if variant is CausalVariant.UPPER_LEFT else seq_len_kv - seq_len_q
        mask = tril(ones(seq_len_q, seq_len_kv, dtype=bool_), diagonal)
        mask.__class__ = cls
        mask.variant, mask.seq_len_q, mask.seq_len_kv = variant, seq_len_q, seq_len_kv
        return mask

    def __init__(self, variant, seq_len_q, seq_len_kv):
        if variant is CausalVariant.LOWER_RIGHT and seq_len_q > seq_len_kv:
            import warnings

            warnings.warn("Lower right causal bias will produce NaNs in the output when seq_len_q > seq_len_kv!",
                          stacklevel=3)

    def __repr__(self):
        return Tensor.__repr__(self.view(self.shape))


def causal_upper_left(*size):
    """The mask of `is_causal`: the first query sees the first key."""
    assert len(size) == 2, "causal_upper_left only supports 2D tensors"
    return CausalBias(CausalVariant.UPPER_LEFT, *size)


def causal_lower_right(*size):
    """The last query sees every key."""
    assert len(size) == 2, "causal_lower_right only supports 2D tensors"
    return CausalBias(CausalVariant.LOWER_RIGHT, *size)


__all__ = ["CausalBias", "CausalVariant", "causal_lower_right", "causal_upper_left"]
