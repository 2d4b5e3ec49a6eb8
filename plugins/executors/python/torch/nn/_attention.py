"""Attention as functions."""

import math

import torch

from .._base import Tensor
from .._host import Err, layers, raised
from ._dropout import dropout

_attention = layers.attention


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None,
                                 enable_gqa=False):
    """`softmax(query @ key.T * scale + mask) @ value`, as one host call where nothing is masked or only the future."""
    if attn_mask is not None and is_causal:
        raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    queries, keys = query.shape, key.shape
    if not query.dtype is key.dtype is value.dtype:
        raise RuntimeError("Expected query, key, and value to have the same dtype, but got query.dtype: "
                           f"{_short(query)} key.dtype: {_short(key)} and value.dtype: {_short(value)} instead.")
    if len(queries) < 2 or len(keys) < 2 or len(value.shape) < 2:
        raise RuntimeError("Expected query, key, and value to all be  at least 2 dimensional, but got query.dim(): "
                           f"{len(queries)}, key.dim(): {len(keys)} and value.dim(): {value.dim()} instead.")
    if enable_gqa and keys[-3] != queries[-3]:
        if queries[-3] % keys[-3]:
            raise RuntimeError("Number of heads in key and value must divide the number of heads in query")
        key = key.repeat_interleave(queries[-3] // keys[-3], -3)
        value = value.repeat_interleave(queries[-3] // value.shape[-3], -3)
        keys = key.shape
    if attn_mask is None and dropout_p == 0.0 and len(queries) in (3, 4):
        alike = keys[:-2] == queries[:-2] and keys[-1] == queries[-1] and value.shape == keys
        if alike and (not is_causal or keys[-2] == queries[-2]):
            if len(queries) == 3:
                return _fused(query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1), is_causal, scale).squeeze(1)
            return _fused(query, key, value, is_causal, scale)
    return _composed(query, key, value, attn_mask, dropout_p, is_causal, scale)


def _short(x):
    return {"float32": "float", "float64": "double", "float16": "c10::Half", "bfloat16": "c10::BFloat16",
            "int64": "long int", "int32": "int"}.get(
        x.dtype.name, x.dtype.name)


def _fused(query, key, value, is_causal, scale):
    try:
        result = _attention(query, key, value, is_causal, scale)
    except Err as err:
        raise raised(err) from None
    result.__class__ = Tensor
    result._dtype = query._dtype
    result._made = "ScaledDotProductFlashAttentionForCpuBackward0"
    return result


def _composed(query, key, value, attn_mask, dropout_p, is_causal, scale):
    if scale is None:
        scale = 1.0 / math.sqrt(query.shape[-1]) if query.shape[-1] else 1.0
    scores = torch.matmul(query * scale, key.transpose(-2, -1))
    if is_causal:
        rows, columns = torch.arange(query.shape[-2]).unsqueeze(1), torch.arange(key.shape[-2]).unsqueeze(0)
        attn_mask = columns <= rows
    if attn_mask is None:
        weights = torch.softmax(scores, -1)
    else:
        weights = _masked(scores, attn_mask)
    if dropout_p > 0.0:
        weights = dropout(weights, dropout_p)
    return torch.matmul(weights, value)


def _masked(scores, mask):
    """Softmax of what the mask leaves; 0 for a row of which it leaves nothing."""
    if mask.dtype is torch.bool:
        dead = ~mask.any(-1, keepdim=True)
    else:
        if not mask.dtype.is_floating_point or mask.dtype not in (scores.dtype, torch.float32):
            raise RuntimeError(f"Expected attn_mask dtype to be bool or float or to match query dtype, but got "
                               f"attn_mask.dtype: {_short(mask)} and  query.dtype: {_short(scores)} instead.")
        dead = (mask == float("-inf")).all(-1, keepdim=True)
    some_dead = bool(dead.any())
    if mask.dtype is torch.bool:
        scores = scores.masked_fill(~(mask | dead) if some_dead else ~mask, float("-inf"))
    else:
        scores = scores + (mask.masked_fill(dead, 0.0) if some_dead else mask)
    weights = torch.softmax(scores, -1)
    return weights.masked_fill(dead, 0.0) if some_dead else weights


def _float_mask(mask, kind):
    """A mask that is added: a boolean one forbids where it is true."""
    if mask is None or mask.dtype.is_floating_point:
        return mask
    if mask.dtype is not torch.bool:
        raise AssertionError("only bool and floating types of key_padding_mask and attn_mask are supported")
    return torch.zeros(mask.shape, dtype=kind).masked_fill(mask, float("-inf"))


def _projected(query, key, value, packed, separate, bias):
    """Queries, keys and values from their weights: packed as one, or each its own."""
    biases = (None,) * 3 if bias is None else bias.chunk(3)
    if packed is not None:
        if query is key and key is value:
            projected = torch.nn.functional.linear(query, packed, bias)
            return projected.chunk(3, -1)
        separate = packed.chunk(3)
    return [torch.nn.functional.linear(x, w, b) for x, w, b in zip((query, key, value), separate, biases)]


def multi_head_attention_forward(query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k,
                                 bias_v, add_zero_attn, dropout_p, out_proj_weight, out_proj_bias, training=True,
                                 key_padding_mask=None, need_weights=True, attn_mask=None,
                                 use_separate_proj_weight=False, q_proj_weight=None, k_proj_weight=None,
                                 v_proj_weight=None,
                                 static_k=None, static_v=None, average_attn_weights=True, is_causal=False):
    """Attention of several heads over (time, batch, width), or (time, width)."""
    batched = query.dim() == 3
    _check_shapes(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        same = query is key, key is value
        query = query.unsqueeze(1)
        key = query if same[0] else key.unsqueeze(1)
        value = key if same[1] else value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    length, batch, width = query.shape
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
    if is_causal and key_padding_mask is None and not need_weights:
        attn_mask = None
    else:
        attn_mask = _float_mask(attn_mask, query.dtype)
        is_causal = False if key_padding_mask is not None else is_causal
    key_padding_mask = _float_mask(key_padding_mask, query.dtype)
    if width != embed_dim_to_check:
        raise AssertionError(f"was expecting embedding dimension of {embed_dim_to_check}, but got {width}")
    head = width // num_heads
    if head * num_heads != width:
        raise AssertionError(f"embed_dim {width} not divisible by num_heads {num_heads}")
    if not use_separate_proj_weight and key.shape != value.shape:
        raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
    q, k, v = _projected(query, key, value, None if use_separate_proj_weight else in_proj_weight,
                         (q_proj_weight, k_proj_weight, v_proj_weight), in_proj_bias)
    attn_mask = _checked_mask(attn_mask, length, key.shape[0], batch * num_heads)
    if bias_k is not None and bias_v is not None:
        k, v = torch.cat([k, bias_k.repeat(1, batch, 1)]), torch.cat([v, bias_v.repeat(1, batch, 1)])
        attn_mask, key_padding_mask = _one_more(attn_mask), _one_more(key_padding_mask)
    q = _heads(q, length, batch, num_heads, head)
    k = _heads(k, k.shape[0], batch, num_heads, head) if static_k is None else static_k
    v = _heads(v, v.shape[0], batch, num_heads, head) if static_v is None else static_v
    if add_zero_attn:
        zero = torch.zeros(batch * num_heads, 1, head, dtype=k.dtype)
        k, v = torch.cat([k, zero], 1), torch.cat([v, zero], 1)
        attn_mask, key_padding_mask = _one_more(attn_mask), _one_more(key_padding_mask)
    if key_padding_mask is not None:
        padded = key_padding_mask.reshape(batch, 1, 1, -1).expand(batch, num_heads, 1, k.shape[1])
        padded = padded.reshape(batch * num_heads, 1, -1)
        attn_mask = padded if attn_mask is None else attn_mask + padded
    weights = None
    if need_weights:
        weights = _weights(q, k, attn_mask, dropout_p if training else 0.0)
        mixed = torch.matmul(weights, v)
        weights = weights.reshape(batch, num_heads, length, -1)
        if average_attn_weights:
            weights = weights.mean(1)
    else:
        mixed = _mixed(q, k, v, attn_mask, dropout_p if training else 0.0, is_causal, batch, num_heads)
    mixed = mixed.transpose(0, 1).reshape(length * batch, width)
    result = torch.nn.functional.linear(mixed, out_proj_weight, out_proj_bias).reshape(length, batch, -1)
    if batched:
        return result, weights
    return result.squeeze(1), None if weights is None else weights.squeeze(0)


def _weights(q, k, attn_mask, dropout_p):
    scores = torch.matmul(q * math.sqrt(1.0 / q.shape[-1]), k.transpose(-2, -1))
    weights = torch.softmax(scores if attn_mask is None else scores + attn_mask, -1)
    return dropout(weights, dropout_p) if dropout_p > 0.0 else weights


def _heads(x, length, batch, num_heads, head):
    return x.reshape(length, batch * num_heads, head).transpose(0, 1)


def _one_more(mask):
    return None if mask is None else torch.nn.functional.pad(mask, (0, 1))


def _mixed(q, k, v, mask, dropout_p, is_causal, batch, num_heads):
    def split(x):
        return x.reshape(batch, num_heads, *x.shape[1:])

    if mask is not None:
        mask = mask.unsqueeze(0) if mask.shape[0] == 1 and mask.dim() == 3 else split(mask)
    y = scaled_dot_product_attention(split(q), split(k), split(v), mask, dropout_p, is_causal)
    return y.reshape(batch * num_heads, *y.shape[2:])


def _checked_mask(mask, length, source, count):
    if mask is None:
        return None
    if mask.dim() == 2:
        if tuple(mask.shape) != (length, source):
            raise RuntimeError(f"The shape of the 2D attn_mask is {mask.shape}, but should be {(length, source)}.")
        return mask.unsqueeze(0)
    if mask.dim() == 3:
        if tuple(mask.shape) != (count, length, source):
            raise RuntimeError(f"The shape of the 3D attn_mask is {mask.shape}, but should be "
                               f"{(count, length, source)}.")
        return mask
    raise RuntimeError(f"attn_mask's dimension {mask.dim()} is not supported")


def _check_shapes(query, key, value, key_padding_mask, attn_mask, num_heads):
    if query.dim() not in (2, 3):
        raise AssertionError(f"query should be unbatched 2D or batched 3D tensor but received {query.dim()}-D query "
                             "tensor")
    kind = "batched (3-D)" if query.dim() == 3 else "unbatched (2-D)"
    if key.dim() != query.dim() or value.dim() != query.dim():
        raise AssertionError(f"For {kind} `query`, expected `key` and `value` to be {query.dim()}-D but found "
                             f"{key.dim()}-D and {value.dim()}-D tensors respectively")
    if key_padding_mask is not None and key_padding_mask.dim() != query.dim() - 1:
        raise AssertionError(f"For {kind} `query`, expected `key_padding_mask` to be `None` or {query.dim() - 1}-D but "
                             f"found {key_padding_mask.dim()}-D tensor instead")
    if attn_mask is not None and attn_mask.dim() not in (2, 3):
        raise AssertionError(f"For {kind} `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found "
                             f"{attn_mask.dim()}-D tensor instead")


__all__ = ["multi_head_attention_forward", "scaled_dot_product_attention"]
