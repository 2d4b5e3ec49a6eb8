"""Scaled dot-product attention."""

import math

from .._base import Tensor
from .._clamping import softmax
from .._creation import arange, rand
from .._dtype import bool_
from .._host import Err, layers, raised
from .._linalg import matmul
from .._pointwise import add_plain, mul
from .._promotion import cast
from .._selecting import masked_fill
from .._shaping import unsqueeze

_attention = layers.attention


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None,
                                 enable_gqa=False):
    """`softmax(query @ key.T * scale + mask) @ value`, as one host call where nothing is masked or only the future."""
    if attn_mask is not None and is_causal:
        raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    if enable_gqa:
        groups = query.shape[-3] // key.shape[-3]
        key = key.repeat_interleave(groups, -3)
        value = value.repeat_interleave(groups, -3)
    queries = query.shape
    if attn_mask is None and dropout_p == 0.0 and len(queries) == 4:
        keys = key.shape
        if keys[:2] == queries[:2] and value.shape == keys and (not is_causal or keys[2] == queries[2]):
            try:
                result = _attention(query, key, value, is_causal, scale)
            except Err as err:
                raise raised(err) from None
            result.__class__ = Tensor
            result._dtype = query._dtype
            result._shape = queries
            return result
    return _composed(query, key, value, attn_mask, dropout_p, is_causal, scale)


def _composed(query, key, value, attn_mask, dropout_p, is_causal, scale):
    if scale is None:
        scale = 1.0 / math.sqrt(query.shape[-1])
    scores = mul(matmul(query, key.transpose(-2, -1)), scale)
    if is_causal:
        rows, columns = unsqueeze(arange(query.shape[-2]), 1), unsqueeze(arange(key.shape[-2]), 0)
        attn_mask = columns <= rows
    if attn_mask is not None:
        if attn_mask.dtype is bool_:
            scores = masked_fill(scores, ~attn_mask, float("-inf"))
        else:
            scores = add_plain(scores, attn_mask)
    weights = softmax(scores, -1)
    if dropout_p > 0.0:
        keep = cast(rand(weights.shape) >= dropout_p, weights.dtype)
        weights = mul(weights, mul(keep, 1.0 / (1.0 - dropout_p)))
    return matmul(weights, value)
