"""`torch.nn.attention.flex_attention`: attention whose scores and mask a function of positions changes.

PyTorch calls that function once for each element; here it is called once, with positions that broadcast.
"""

import math

import torch

from ..._missing import absent

_BLOCK = 128


def noop_mask(batch, head, token_q, token_kv):
    """Everything may be seen."""
    return batch.new_ones((), dtype=torch.bool)


def _identity(score, batch, head, token_q, token_kv):
    return score


def _positions(batch, heads, rows, columns):
    """Indices of batch, head, query and key, which broadcast to (batch, heads, rows, columns)."""
    return (torch.arange(batch).view(-1, 1, 1, 1), torch.arange(heads).view(1, -1, 1, 1),
            torch.arange(rows).view(1, 1, -1, 1), torch.arange(columns).view(1, 1, 1, -1))


def _combined(masks, name, join):
    if not all(callable(mask) for mask in masks):
        raise RuntimeError(f"All inputs should be callable mask_mods: {masks}")

    def mask_mod(b, h, q_idx, kv_idx):
        result = masks[0](b, h, q_idx, kv_idx)
        for mask in masks[1:]:
            result = join(result, mask(b, h, q_idx, kv_idx))
        return result

    mask_mod.__name__ = name
    return mask_mod


def and_masks(*mask_mods):
    """Seen where all of them allow it."""
    return _combined(mask_mods, "and_mask", torch.logical_and)


def or_masks(*mask_mods):
    """Seen where one of them allows it."""
    return _combined(mask_mods, "or_mask", torch.logical_or)


def create_mask(mod_fn, B, H, Q_LEN, KV_LEN, device="cpu"):
    """What may be seen, as booleans of (B or 1, H or 1, Q_LEN, KV_LEN)."""
    shape = (B or 1, H or 1, Q_LEN, KV_LEN)
    return mod_fn(*_positions(*shape)).expand(shape)


class BlockMask:
    """What may be seen. There are no blocks here: it is looked up element by element."""

    def __init__(self, mask_mod, shape, block_size):
        self.mask_mod = mask_mod
        self.shape = shape
        self.seq_lengths = shape[2:]
        self.BLOCK_SIZE = block_size

    def numel(self):
        """The number of elements."""
        return math.prod(self.shape)

    def to(self, device):
        """There is one device."""
        return self

    def __repr__(self):
        return f"BlockMask(shape={tuple(self.shape)})"


def create_block_mask(mask_mod, B, H, Q_LEN, KV_LEN, device=None, BLOCK_SIZE=_BLOCK, _compile=False):
    """The mask of a function of positions."""
    block = (BLOCK_SIZE, BLOCK_SIZE) if isinstance(BLOCK_SIZE, int) else tuple(BLOCK_SIZE)
    return BlockMask(mask_mod, (B or 1, H or 1, Q_LEN, KV_LEN), block)


def flex_attention(query, key, value, score_mod=None, block_mask=None, scale=None, enable_gqa=False,
                   return_lse=False, kernel_options=None, *, return_aux=None):
    """`softmax(score_mod(query @ key.T * scale, positions)) @ value`; what the mask hides counts nothing."""
    if return_aux is not None:
        raise NotImplementedError("flex_attention: return_aux is not available; return_lse is")
    heads = query.shape[1]
    if key.shape[1] != heads:
        if not enable_gqa or heads % key.shape[1]:
            raise ValueError(
                "Expect query and key/value to have the same number of heads but got "
                f"Hq={heads} and Hkv={key.shape[1]}. Try setting enable_gqa=True for GQA.")
        key, value = (x.repeat_interleave(heads // key.shape[1], 1) for x in (key, value))
    scale = 1.0 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = torch.matmul(query, key.transpose(-2, -1)).float() * scale
    positions = _positions(query.shape[0], heads, query.shape[-2], key.shape[-2])
    scores = (score_mod or _identity)(scores, *positions)
    if block_mask is not None:
        scores = scores.masked_fill(~block_mask.mask_mod(*positions), -math.inf)
    hidden = (scores == -math.inf).all(-1, keepdim=True)
    weights = torch.softmax(scores.masked_fill(hidden, 0.0), -1).masked_fill(hidden, 0.0)
    result = torch.matmul(weights.to(value.dtype), value)
    return (result, torch.logsumexp(scores, -1)) if return_lse else result


def __getattr__(name):
    return absent("torch.nn.attention.flex_attention", name, globals())
