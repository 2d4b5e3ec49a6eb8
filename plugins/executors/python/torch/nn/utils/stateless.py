"""The old place of `torch.func.functional_call`."""

from ..._functional_call import functional_call

__all__ = ["functional_call"]
