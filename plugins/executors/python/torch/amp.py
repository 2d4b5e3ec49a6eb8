"""`torch.amp`: accepted on the one device, and without effect, since everything there is computed in its own type."""

from ._missing import absent


class autocast:
    """Computes in the types that the tensors have."""

    def __init__(self, device_type="cpu", dtype=None, enabled=True, cache_enabled=None):
        if device_type not in ("cpu", "cuda"):
            raise RuntimeError(f"unsupported autocast device_type '{device_type}'")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def __call__(self, function):
        return function


class GradScaler:
    """Scales nothing: gradients here are float32."""

    def __init__(self, device="cpu", enabled=True, **options):
        pass

    def scale(self, outputs):
        return outputs

    def unscale_(self, optimizer):
        return None

    def step(self, optimizer, *arguments, **options):
        return optimizer.step(*arguments, **options)

    def update(self, new_scale=None):
        return None

    def get_scale(self):
        return 1.0

    def is_enabled(self):
        return False


def __getattr__(name):
    return absent("torch.amp", name, globals())
