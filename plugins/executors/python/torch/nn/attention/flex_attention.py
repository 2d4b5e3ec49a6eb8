"""`torch.nn.attention.flex_attention`: absent, and says so."""

_INSTEAD = "torch.nn.functional.scaled_dot_product_attention with attn_mask"


def _refused(name):
    def function(*args, **kwargs):
        raise NotImplementedError(f"torch.nn.attention.flex_attention.{name} is not available; the nearest is "
                                  f"{_INSTEAD}")

    function.__name__ = function.__qualname__ = name
    return function


flex_attention, create_block_mask, create_mask = (
    _refused(name) for name in ("flex_attention", "create_block_mask", "create_mask"))

__all__ = ["create_block_mask", "create_mask", "flex_attention"]
