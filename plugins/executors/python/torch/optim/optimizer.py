"""The base class of optimizers."""

import collections
import copy
import functools
import itertools
import warnings

from .._base import Tensor
from .._data import tensor
from .._dtype import float32, float64
from .._grad_mode import record
from .._inquiries import typename
from .._promotion import get_default_dtype
from ..nn.modules._hooks import RemovableHandle


class _Required:
    """What has no default."""

    def __repr__(self):
        return "<required parameter>"


required = _Required()
ParamsT = object
_before_every_step = collections.OrderedDict()
_after_every_step = collections.OrderedDict()
_HOOKS = tuple(f"_optimizer_{kind}_hooks" for kind in (
    "step_pre", "step_post", "state_dict_pre", "state_dict_post", "load_state_dict_pre", "load_state_dict_post"))


def _registered(hooks, hook, prepend=False):
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def register_optimizer_step_pre_hook(hook):
    """Calls `hook(optimizer, args, kwargs)` before every step of every optimizer."""
    return _registered(_before_every_step, hook)


def register_optimizer_step_post_hook(hook):
    """Calls `hook(optimizer, args, kwargs)` after every step of every optimizer."""
    return _registered(_after_every_step, hook)


def _use_grad_for_differentiable(func):
    """Runs a step without a record, unless the optimizer's steps are to be differentiated."""

    @functools.wraps(func)
    def step(*args, **kwargs):
        before = record(args[0].defaults.get("differentiable", False))
        try:
            return func(*args, **kwargs)
        finally:
            record(before)

    return step


def _get_value(x):
    return x.item() if isinstance(x, Tensor) else x


def _dispatch_sqrt(x):
    return x.sqrt() if isinstance(x, Tensor) else x ** 0.5


def scalar_type():
    """The type of the step counts."""
    return float64 if get_default_dtype() is float64 else float32


def count(value=0.0):
    """A step count."""
    return tensor(float(value), dtype=scalar_type())


def to_scalar(x):
    """A one-element tensor as one without dimensions; anything else as it is."""
    return x.squeeze() if isinstance(x, Tensor) and x.dim() != 0 else x


def number(x):
    """A setting as a Python number."""
    return x.item() if isinstance(x, Tensor) else x


def check_rate(lr, text="Invalid learning rate: {}"):
    """Refuses a learning rate that is none."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    if not 0.0 <= lr:
        raise ValueError(text.format(lr))


def check_least(name, value, least=0.0):
    """Refuses a setting below `least`."""
    if not least <= value:
        raise ValueError(f"Invalid {name} value: {value}")


def check_betas(betas):
    """Refuses decay rates outside [0, 1)."""
    for place, beta in enumerate(betas[:2]):
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {place}: {beta}")


def check_implementation(fused, foreach, differentiable):
    """Refuses ways to compute that exclude each other; there is one way here."""
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


def closure_loss(closure):
    """The loss of a closure, computed with gradients."""
    if closure is None:
        return None
    before = record(True)
    try:
        return closure()
    finally:
        record(before)


def _plain(params):
    """The parameters as a list, and their names where they have some."""
    if isinstance(params, Tensor):
        return [params], None
    if isinstance(params, set):
        raise TypeError(
            "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
            "will change between runs. Please use a list instead."
        )
    params = list(params)
    names = [p[0] for p in params if isinstance(p, tuple)]
    if names and len(names) != len(params):
        raise ValueError("all optimizer params should be with/without names. Some param names are missing")
    return [p[1] if isinstance(p, tuple) else p for p in params], names or None


def _cast(p, name, value):
    """Loaded state in the type of its parameter; a step count keeps its own."""
    if isinstance(value, Tensor):
        if name == "step":
            return value if value.dtype in (float32, float64) else value.to(float32)
        return value.to(p.dtype) if p.is_floating_point() else value
    if isinstance(value, dict):
        return {key: _cast(p, key, inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set)):
        return type(value)(_cast(p, None, inner) for inner in value)
    return value


class Optimizer:
    """Groups of parameters with their settings, and what is remembered of each parameter."""

    def __init__(self, params, defaults):
        self.defaults = defaults
        for name in _HOOKS:
            setattr(self, name, collections.OrderedDict())
        self._patch_step_function()
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                + typename(params)
            )
        if isinstance(params, set):
            warnings.warn(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in "
                "sets will change between runs. Please use a list instead. This will be an error in a future release.",
                FutureWarning, stacklevel=2)
        self.state = collections.defaultdict(dict)
        self.param_groups = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def __getstate__(self):
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state):
        for name, value in state.items():
            setattr(self, name, value)
        for name in _HOOKS:
            if name not in self.__dict__:
                setattr(self, name, collections.OrderedDict())
        self._patch_step_function()
        self.defaults.setdefault("differentiable", False)

    def __repr__(self):
        text = type(self).__name__ + " ("
        for number_, group in enumerate(self.param_groups):
            text += f"\nParameter Group {number_}\n"
            text += "".join(f"    {name}: {group[name]}\n" for name in sorted(group) if name != "params")
        return text + ")"

    @staticmethod
    def profile_hook_step(function):
        """`function` between the hooks."""

        @functools.wraps(function)
        def step(self, *args, **kwargs):
            arguments = (self, *args)
            for hook in (*_before_every_step.values(), *self._optimizer_step_pre_hooks.values()):
                result = hook(self, arguments, kwargs)
                if result is not None:
                    if not (isinstance(result, tuple) and len(result) == 2):
                        raise RuntimeError(
                            f"{function} must return None or a tuple of (new_args, new_kwargs), but got {result}.")
                    arguments, kwargs = result
            outcome = function(*arguments, **kwargs)
            for hook in (*self._optimizer_step_post_hooks.values(), *_after_every_step.values()):
                hook(self, arguments, kwargs)
            return outcome

        step.hooked = True
        return step

    def _patch_step_function(self):
        cls = type(self)
        if not getattr(cls.step, "hooked", None):
            cls.step = self.profile_hook_step(cls.step)

    def register_step_pre_hook(self, hook):
        """Calls `hook(optimizer, args, kwargs)` before a step; it may return other arguments."""
        return _registered(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook):
        """Calls `hook(optimizer, args, kwargs)` after a step."""
        return _registered(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook, prepend=False):
        """Calls `hook(optimizer)` before `state_dict`."""
        return _registered(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook, prepend=False):
        """Calls `hook(optimizer, state_dict)` after `state_dict`; it may return another one."""
        return _registered(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook, prepend=False):
        """Calls `hook(optimizer, state_dict)` before loading; it may return another one."""
        return _registered(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(self, hook, prepend=False):
        """Calls `hook(optimizer)` after loading."""
        return _registered(self._optimizer_load_state_dict_post_hooks, hook, prepend)

    def state_dict(self):
        """The settings of each group, and the state of each parameter by its number."""
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        numbers = {}
        groups = []
        for group in self.param_groups:
            packed = {name: value for name, value in group.items() if name != "params"}
            for p in group["params"]:
                numbers.setdefault(id(p), len(numbers))
            packed["params"] = [numbers[id(p)] for p in group["params"]]
            groups.append(packed)
        state = {numbers[id(p)] if isinstance(p, Tensor) else p: values for p, values in self.state.items()}
        result = {"state": state, "param_groups": groups}
        for hook in self._optimizer_state_dict_post_hooks.values():
            replaced = hook(self, result)
            if replaced is not None:
                result = replaced
        return result

    def load_state_dict(self, state_dict):
        """Takes over what `state_dict` gave."""
        state_dict = state_dict.copy()
        for hook in self._optimizer_load_state_dict_pre_hooks.values():
            replaced = hook(self, state_dict)
            if replaced is not None:
                state_dict = replaced
        groups, saved = self.param_groups, copy.deepcopy(state_dict["param_groups"])
        if len(groups) != len(saved):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(a["params"]) != len(b["params"]) for a, b in zip(groups, saved)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        by_number = dict(zip(itertools.chain.from_iterable(g["params"] for g in saved),
                             itertools.chain.from_iterable(g["params"] for g in groups)))
        state = collections.defaultdict(dict)
        for key, values in state_dict["state"].items():
            if key in by_number:
                state[by_number[key]] = _cast(by_number[key], None, values)
            else:
                state[key] = values
        for group, new in zip(groups, saved):
            new["params"] = group["params"]
            if "param_names" in group:
                new.setdefault("param_names", group["param_names"])
        self.__setstate__({"state": state, "param_groups": saved})
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)

    def zero_grad(self, set_to_none=True):
        """Forgets the gradients, or makes them 0."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    if p.grad.requires_grad:
                        p.grad = p.grad.detach()
                    p.grad.zero_()

    def step(self, closure=None):
        """One update; subclasses say how."""
        raise NotImplementedError

    def add_param_group(self, param_group):
        """Adds a group; what it does not set comes from the defaults."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params, names = _plain(param_group["params"])
        param_group["params"] = params
        if names:
            param_group["param_names"] = names
        for param in params:
            if not isinstance(param, Tensor):
                raise TypeError("optimizer can only optimize Tensors, but one of the params is " + typename(param))
            if not self.defaults.get("differentiable") and not (param.is_leaf or param.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, default)
        if len({id(p) for p in params}) != len(params):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information", stacklevel=3)
        for group in self.param_groups:
            if ("param_names" in param_group) != ("param_names" in group):
                how = "with names" if "param_names" in param_group else "without names"
                raise ValueError("all optimizer param groups should be with/without names. "
                                 f"cannot add param group {how} to the optimizer")
        known = {id(p) for group in self.param_groups for p in group["params"]}
        if any(id(p) in known for p in params):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)
