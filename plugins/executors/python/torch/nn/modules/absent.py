"""Modules that PyTorch has and a sandbox has not: their names are here so that the refusal says what to do."""

from .module import Module


def _refused(name, instead):
    def __init__(self, *args, **kwargs):
        raise NotImplementedError(f"torch.nn.{name} is not available; the nearest is {instead}")

    return type(name, (Module,), {"__init__": __init__, "__module__": __name__, "__doc__": f"Absent: see {instead}."})


FractionalMaxPool2d = _refused("FractionalMaxPool2d", "torch.nn.MaxPool2d")
FractionalMaxPool3d = _refused("FractionalMaxPool3d", "torch.nn.MaxPool3d")
CrossMapLRN2d = _refused("CrossMapLRN2d", "torch.nn.LocalResponseNorm")
LinearCrossEntropyLoss = _refused("LinearCrossEntropyLoss", "torch.nn.Linear followed by torch.nn.CrossEntropyLoss")

__all__ = ["CrossMapLRN2d", "FractionalMaxPool2d", "FractionalMaxPool3d", "LinearCrossEntropyLoss"]
