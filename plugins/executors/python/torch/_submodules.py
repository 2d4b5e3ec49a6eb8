"""The modules that PyTorch has under other paths than this package, and those that it has and a sandbox has not."""

import sys
import types
import typing

from . import (
    _dtype, _flattening, _generator, _grad_mode, _pytree, _signal_windows, _storage_kinds, _utils, amp, autograd, func,
    jit, nn, optim, overrides, testing, utils,
)
from . import types as type_names
from ._attributes import TypedStorage, UntypedStorage
from ._base import Tensor
from ._settings import Unavailable


def _module(name, **names):
    made = sys.modules[name] = types.ModuleType(name)
    made.__dict__.update(names)
    return made


def _grad_modes():
    names = ("enable_grad", "inference_mode", "no_grad", "set_grad_enabled")
    anomaly = _module("torch.autograd.anomaly_mode", detect_anomaly=autograd.detect_anomaly,
                      set_detect_anomaly=autograd.set_detect_anomaly)
    autograd.anomaly_mode = anomaly
    autograd.grad_mode = _module("torch.autograd.grad_mode", **{name: getattr(_grad_mode, name) for name in names})
    autograd.forward_ad = Unavailable("torch.autograd.forward_ad", "torch.func.jvp gives directional derivatives")


def _of_utils():
    for name in ("_flatten_dense_tensors", "_unflatten_dense_tensors", "_take_tensors"):
        setattr(_utils, name, getattr(_flattening, name))
    sys.modules["torch.utils._pytree"] = _pytree
    _calls = "a function of the program's own, or a hook, sees calls"
    for name, instead in (
        ("weak", "a dict by id(tensor)"), ("_python_dispatch", _calls),
        ("flop_counter", "the host counts device seconds, not operations"),
        ("dlpack", "arrays of the package numpy share values with tensors by torch.from_numpy"),
        ("collect_env", "a sandbox has one environment"), ("viz", "nothing is near it"),
        ("mobile_optimizer", "a model stays in its sandbox"), ("bundled_inputs", "a model stays in its sandbox"),
    ):
        setattr(utils, name, Unavailable(f"torch.utils.{name}", instead))
    utils.data.datapipes = Unavailable("torch.utils.data.datapipes", "torch.utils.data.IterableDataset")
    for part in ("iter", "map"):
        setattr(utils.data.datapipes, part, Unavailable(
            f"torch.utils.data.datapipes.{part}", "torch.utils.data.IterableDataset"))


def _of_optimizers():
    functional = _module("torch.optim._functional")
    for name in ("adam", "adamw", "sgd", "rmsprop", "adagrad", "nadam", "radam", "adamax", "adadelta", "rprop", "asgd"):
        def absent(*arguments, _name=name, **options):
            raise NotImplementedError(f"torch.optim._functional.{_name} is not available; the nearest is torch.optim")

        functional.__dict__[name] = absent
    optim._functional = functional
    kinds = {name: value for name, value in vars(optim).items() if isinstance(value, type)}
    optim._multi_tensor = _module("torch.optim._multi_tensor", **kinds)


_ROUNDING = "torch.round with a straight-through gradient"
_ABSENT = {
    "ao": _ROUNDING, "ao.quantization": _ROUNDING, "quantization": _ROUNDING, "fx": "nothing is near it",
    "export": "torch.compile, which returns its argument", "package": "torch.save writes state dicts",
    "sparse": "index_add_, scatter_add_ and dense matrices", "masked": "Tensor.masked_fill and torch.where",
    "nested": "torch.nn.utils.rnn.pad_sequence and a mask", "monitor": "proofhouse.metric keeps numbers",
    "futures": "a sandbox has one process: functions return their results", "quasirandom": "torch.rand",
    "contrib": "nothing is near it", "library": "torch.autograd.Function, or a function of the program's own",
}


def _of_torch():
    """What `torch` has of this."""
    found = {}
    for name, instead in _ABSENT.items():
        module = Unavailable(f"torch.{name}", instead)
        if "." in name:
            setattr(found[name.partition(".")[0]], name.partition(".")[2], module)
        else:
            found[name] = module
    found["ao"].nn = Unavailable("torch.ao.nn", _ROUNDING)
    found["signal"] = _module("torch.signal", windows=_signal_windows)
    sys.modules["torch.signal.windows"] = _signal_windows
    found["storage"] = _module("torch.storage", UntypedStorage=UntypedStorage, TypedStorage=TypedStorage,
                               **_storage_kinds.KINDS)
    found["torch_version"] = _module("torch.torch_version", TorchVersion=TorchVersion)
    found["_C"] = _module("torch._C", _disabled_torch_function_impl=_not_called, TensorBase=Tensor,
                          _TensorBase=Tensor, Generator=_generator.Generator, Size=_dtype.Size, device=_dtype.device,
                          dtype=_dtype.dtype,
                          _get_tracing_state=lambda: None)
    hints = {name: getattr(typing, name) for name in "Any Callable Dict Final List Optional Tuple Union".split()}
    marks = {name: getattr(jit, name) for name in ("export", "ignore", "is_scripting", "unused")}
    found["_jit_internal"] = _module("torch._jit_internal", _copy_to_script_wrapper=lambda fn: fn, **hints, **marks)
    jit.annotations = _module("torch.jit.annotations", **hints)
    found.update(GradScaler=amp.GradScaler, overrides=overrides, types=type_names, testing=testing)
    return found


def _not_called(function, types, args=(), kwargs=None):
    """What a class is given for `__torch_function__` that has none."""
    return function(*args, **(kwargs or {}))


class TorchVersion(str):
    """A version that compares with other versions, as texts or tuples, by its numbers."""

    @staticmethod
    def _numbers(version):
        parts = version if isinstance(version, tuple) else str(version).partition("+")[0].split(".")
        return tuple(int("".join(c for c in str(part) if c.isdigit()) or 0) for part in parts)

    def _compared(self, other):
        a, b = self._numbers(self), self._numbers(other)
        longest = max(len(a), len(b))
        return a + (0,) * (longest - len(a)), b + (0,) * (longest - len(b))

    def __lt__(self, other):
        a, b = self._compared(other)
        return a < b

    def __gt__(self, other):
        a, b = self._compared(other)
        return a > b

    def __le__(self, other):
        return not self > other

    def __ge__(self, other):
        return not self < other

    def __eq__(self, other):
        a, b = self._compared(other)
        return a == b

    __hash__ = str.__hash__


def _functorch():
    _module("functorch", **{name: getattr(func, name) for name in func.__all__}, make_functional=_retired,
            make_functional_with_buffers=_retired, combine_state_for_ensemble=_retired)


def _of_nn():
    nn.grad = Unavailable("torch.nn.grad", "torch.autograd.grad of torch.nn.functional.conv2d")
    for name in ("quantized", "intrinsic", "qat", "quantizable"):
        setattr(nn, name, Unavailable(f"torch.nn.{name}", _ROUNDING))
    nn.intrinsic.qat = Unavailable("torch.nn.intrinsic.qat", _ROUNDING)


def _functional(torch):
    """`torch.functional`: the functions of `torch` that PyTorch writes in Python."""
    names = """atleast_1d atleast_2d atleast_3d block_diag broadcast_shapes broadcast_tensors cartesian_prod cdist
         chain_matmul einsum istft lu meshgrid norm split stft tensordot unique unique_consecutive unravel_index
        Tensor""".split()
    return _module("torch.functional", **{name: torch[name] for name in names if name in torch})


def install(torch):
    """Puts all of them in their places; `torch` is the package's names."""
    _grad_modes()
    _of_utils()
    _of_optimizers()
    _of_nn()
    _functorch()
    torch.update(_of_torch(), functional=_functional(torch), _VF=_module("torch._VF", **{
        name: value for name, value in torch.items() if callable(value) and not name.startswith("_")}))


def _retired(*arguments, **options):
    raise NotImplementedError("functorch.make_functional is not available; the nearest is torch.func.functional_call")
