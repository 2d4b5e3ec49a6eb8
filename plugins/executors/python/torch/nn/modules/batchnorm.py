"""Normalisation over a batch, and of instances."""

import torch

from .. import functional as F
from .. import init
from ..parameter import Parameter, UninitializedBuffer, UninitializedParameter
from .lazy import LazyModuleMixin
from .module import Module


class _NormBase(Module):
    """What both kinds have: scale and shift by channel, and running statistics."""

    _version = 2
    __constants__ = ["track_running_stats", "momentum", "eps", "num_features", "affine"]

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None,
                 dtype=None, *, bias=True):
        new = {"device": device, "dtype": dtype}
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        if affine:
            self.weight = Parameter(torch.empty(num_features, **new))
        else:
            self.register_parameter("weight", None)
        if affine and bias:
            self.bias = Parameter(torch.empty(num_features, **new))
        else:
            self.register_parameter("bias", None)
        tracked = track_running_stats
        self.register_buffer("running_mean", torch.zeros(num_features, **new) if tracked else None)
        self.register_buffer("running_var", torch.ones(num_features, **new) if tracked else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long) if tracked else None)
        self.reset_parameters()

    def reset_running_stats(self):
        """Mean 0, variance 1, no batch seen."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self):
        """Scale 1, shift 0, no statistics."""
        self.reset_running_stats()
        if self.affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def _check_input_dim(self, input):
        raise NotImplementedError

    def extra_repr(self):
        return (f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
                f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}")

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, *rest):
        version = local_metadata.get("version", None)
        key = prefix + "num_batches_tracked"
        if (version is None or version < 2) and self.track_running_stats and key not in state_dict:
            # A state without the count, which is taken as 0.
            state_dict[key] = (torch.tensor(0, dtype=torch.long) if self.num_batches_tracked is None
                               else self.num_batches_tracked)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)


class _BatchNorm(_NormBase):
    """Mean 0 and variance 1 of each channel over the batch."""

    def forward(self, input):
        self._check_input_dim(input)
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                momentum = 1.0 / float(self.num_batches_tracked)
        mean, var = self.running_mean, self.running_var
        training = self.training or mean is None and var is None
        if self.training and not self.track_running_stats:
            mean = var = None
        return F.batch_norm(input, mean, var, self.weight, self.bias, training, momentum, self.eps)


class _InstanceNorm(_NormBase):
    """Mean 0 and variance 1 of each channel of each instance."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False, device=None,
                 dtype=None, *, bias=True):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _get_no_batch_dim(self):
        raise NotImplementedError

    def _apply_instance_norm(self, input):
        return F.instance_norm(input, self.running_mean, self.running_var, self.weight, self.bias,
                               self.training or not self.track_running_stats,
                               0.0 if self.momentum is None else self.momentum, self.eps)

    def forward(self, input):
        self._check_input_dim(input)
        without_batch = self._get_no_batch_dim()
        channels = input.shape[input.dim() - without_batch]
        if channels != self.num_features:
            if self.affine:
                raise ValueError(f"expected input's size at dim={input.dim() - without_batch} to match num_features "
                                 f"({self.num_features}), but got: {channels}.")
        if input.dim() == without_batch:
            return self._apply_instance_norm(input.unsqueeze(0)).squeeze(0)
        return self._apply_instance_norm(input)


def _of_dimensions(base, name, ranks):
    """The kind of `base` whose inputs have one of `ranks` dimensions."""

    def _check_input_dim(self, input):
        if input.dim() not in ranks:
            raise ValueError(f"expected {' or '.join(f'{n}D' for n in ranks)} input (got {input.dim()}D input)")

    def _get_no_batch_dim(self):
        return ranks[0]

    return type(name, (base,), {"_check_input_dim": _check_input_dim, "_get_no_batch_dim": _get_no_batch_dim,
                                "__doc__": base.__doc__, "__module__": base.__module__})


BatchNorm1d = _of_dimensions(_BatchNorm, "BatchNorm1d", (2, 3))
BatchNorm2d = _of_dimensions(_BatchNorm, "BatchNorm2d", (4,))
BatchNorm3d = _of_dimensions(_BatchNorm, "BatchNorm3d", (5,))
InstanceNorm1d = _of_dimensions(_InstanceNorm, "InstanceNorm1d", (2, 3))
InstanceNorm2d = _of_dimensions(_InstanceNorm, "InstanceNorm2d", (3, 4))
InstanceNorm3d = _of_dimensions(_InstanceNorm, "InstanceNorm3d", (4, 5))


class _LazyNormBase(LazyModuleMixin, _NormBase):
    """Learns its `num_features` from the first input."""

    def __init__(self, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *,
                 bias=True):
        new = {"device": device, "dtype": dtype}
        super().__init__(0, eps, momentum, False, False, **new)
        self.affine, self.track_running_stats = affine, track_running_stats
        if affine:
            self.weight = UninitializedParameter(**new)
            if bias:
                self.bias = UninitializedParameter(**new)
        if track_running_stats:
            self.running_mean, self.running_var = UninitializedBuffer(**new), UninitializedBuffer(**new)
            self.num_batches_tracked = torch.tensor(0, dtype=torch.long)

    def reset_parameters(self):
        """As `_NormBase`, once there is a shape."""
        if not self.has_uninitialized_params() and self.num_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input):
        """Takes the channels of `input`."""
        if not self.has_uninitialized_params():
            return
        self.num_features = input.shape[1]
        for value in (self.weight, self.bias, self.running_mean, self.running_var):
            if value is not None:
                value.materialize((self.num_features,))
        self.reset_parameters()


def _lazy(base, kind):
    return type("Lazy" + kind.__name__, (_LazyNormBase, base), {
        "cls_to_become": kind, "_check_input_dim": kind._check_input_dim, "_get_no_batch_dim": kind._get_no_batch_dim,
        "__doc__": f"A `{kind.__name__}` that learns its channels from the first input.", "__module__": __name__})


LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d = (
    _lazy(_BatchNorm, kind) for kind in (BatchNorm1d, BatchNorm2d, BatchNorm3d))
LazyInstanceNorm1d, LazyInstanceNorm2d, LazyInstanceNorm3d = (
    _lazy(_InstanceNorm, kind) for kind in (InstanceNorm1d, InstanceNorm2d, InstanceNorm3d))


class SyncBatchNorm(_BatchNorm):
    """Absent; its name is here so that the refusal says what to do."""

    def __init__(self, *args, **kwargs):
        raise NotImplementedError("torch.nn.SyncBatchNorm is not available: there is one process; BatchNorm2d is")

    @classmethod
    def convert_sync_batchnorm(cls, module, process_group=None):
        """There is one process: the module as it is."""
        return module


__all__ = ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d",
           "LazyBatchNorm1d", "LazyBatchNorm2d", "LazyBatchNorm3d", "LazyInstanceNorm1d", "LazyInstanceNorm2d",
           "LazyInstanceNorm3d", "SyncBatchNorm"]
