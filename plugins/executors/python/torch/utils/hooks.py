"""`torch.utils.hooks`: what registering a hook gives."""

from ..nn.modules._hooks import RemovableHandle

__all__ = ["RemovableHandle"]
