"""The base class of modules."""

import collections

from .._base import Tensor
from .._dtype import check_device, dtype
from .._grad_mode import no_grad
from .parameter import Parameter

Incompatible = collections.namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])


class _Handle:
    """Takes a hook away again."""

    def __init__(self, hooks, hook):
        self._hooks, self._hook = hooks, hook

    def remove(self):
        """Removes the hook."""
        if self._hook in self._hooks:
            self._hooks.remove(self._hook)


class Module:
    """Parameters, buffers and other modules by name, and a `forward`."""

    training = True
    # Hooks of this instance; most have none.
    _pre_hooks = ()
    _hooks = ()

    def __init__(self, *arguments, **options):
        fields = self.__dict__
        fields["_parameters"] = {}
        fields["_buffers"] = {}
        fields["_modules"] = {}
        fields["_transient"] = set()
        fields["training"] = True

    def forward(self, *arguments, **options):
        """What the module computes; subclasses say what."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *arguments, **options):
        if not (self._hooks or self._pre_hooks):
            return self.forward(*arguments, **options)
        for hook in list(self._pre_hooks):
            changed = hook(self, arguments)
            if changed is not None:
                arguments = changed if isinstance(changed, tuple) else (changed,)
        result = self.forward(*arguments, **options)
        for hook in list(self._hooks):
            changed = hook(self, arguments, result)
            if changed is not None:
                result = changed
        return result

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
        """`hook(module, arguments, result)` after each call; what it returns replaces the result."""
        self.__dict__.setdefault("_hooks", []).append(hook)
        return _Handle(self._hooks, hook)

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """`hook(module, arguments)` before each call; what it returns replaces the arguments."""
        self.__dict__.setdefault("_pre_hooks", []).append(hook)
        return _Handle(self._pre_hooks, hook)

    def register_full_backward_hook(self, hook, prepend=False):
        raise NotImplementedError("Module.register_full_backward_hook is not available; register_forward_hook is")

    # Attributes. Parameters, buffers and modules are ordinary attributes too, so that reading them is fast.

    def __setattr__(self, name, value):
        fields = self.__dict__
        if isinstance(value, Parameter):
            self._own("parameters")
            _take_away(fields, name, "_parameters")
            fields["_parameters"][name] = value
        elif isinstance(value, Module):
            self._own("module")
            _take_away(fields, name, "_modules")
            fields["_modules"][name] = value
        elif name in fields.get("_parameters", ()):
            if value is not None:
                raise TypeError(
                    f"cannot assign '{_type_name(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)"
                )
            fields["_parameters"][name] = None
        elif name in fields.get("_modules", ()):
            if value is not None:
                raise TypeError(
                    f"cannot assign '{_type_name(value)}' as child module '{name}' (torch.nn.Module or None expected)"
                )
            fields["_modules"][name] = None
        elif name in fields.get("_buffers", ()):
            if value is not None and not isinstance(value, Tensor):
                raise TypeError(
                    f"cannot assign '{_type_name(value)}' object to buffer '{name}' (torch Tensor or None required)"
                )
            fields["_buffers"][name] = value
        elif isinstance(getattr(type(self), name, None), property):
            object.__setattr__(self, name, value)
            return
        fields[name] = value

    def _own(self, what):
        if "_parameters" not in self.__dict__:
            raise AttributeError(f"cannot assign {what} before Module.__init__() call")

    def __delattr__(self, name):
        for table in ("_parameters", "_buffers", "_modules"):
            self.__dict__.get(table, {}).pop(name, None)
        object.__delattr__(self, name)

    def __getattr__(self, name):
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def register_buffer(self, name, tensor, persistent=True):
        """A tensor that belongs to the module's state, but is not learnt."""
        self._own("buffers")
        if name in self.__dict__ and name not in self._buffers or hasattr(type(self), name):
            raise KeyError(f"attribute '{name}' already exists")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"cannot assign '{_type_name(tensor)}' object to buffer '{name}' (torch Tensor or None required)")
        self._buffers[name] = tensor
        self.__dict__[name] = tensor
        (self._transient.discard if persistent else self._transient.add)(name)

    def register_parameter(self, name, param):
        """A parameter, or None for one that is left out."""
        self._own("parameters")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{_type_name(param)}' object to parameter '{name}' (torch.nn.Parameter or None required)"
            )
        self._parameters[name] = param
        self.__dict__[name] = param

    def add_module(self, name, module):
        """A module by name."""
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{_type_name(module)} is not a Module subclass")
        self._modules[name] = module
        self.__dict__[name] = module

    register_module = add_module

    # Walking.

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """This module and all below it, with their names."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self):
        """This module and all below it."""
        for _, module in self.named_modules():
            yield module

    def named_children(self):
        """The modules directly below, with their names."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self):
        """The modules directly below."""
        for _, module in self.named_children():
            yield module

    def _named(self, table, prefix, recurse, remove_duplicate):
        seen = set()
        modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for path, module in modules:
            for name, value in module.__dict__[table].items():
                if value is None or remove_duplicate and id(value) in seen:
                    continue
                seen.add(id(value))
                yield f"{path}.{name}" if path else name, value

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        """Every parameter once, with its name."""
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse=True):
        """Every parameter once."""
        for _, value in self._named("_parameters", "", recurse, True):
            yield value

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        """Every buffer once, with its name."""
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        """Every buffer once."""
        for _, value in self._named("_buffers", "", recurse, True):
            yield value

    def get_submodule(self, target):
        """The module at a dotted path."""
        module = self
        for name in target.split(".") if target else ():
            if name not in module._modules:
                raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
            module = module._modules[name]
        return module

    def get_parameter(self, target):
        """The parameter at a dotted path."""
        path, _, name = target.rpartition(".")
        return self.get_submodule(path)._parameters[name]

    def apply(self, fn):
        """`fn` of every module below, then of this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    # State.

    def train(self, mode=True):
        """Into training, or out of it."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self):
        """Out of training."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Learn the parameters, or leave them as they are."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        """Forgets the gradients, or makes them 0."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.zero_()

    def state_dict(self, *arguments, destination=None, prefix="", keep_vars=False):
        """Parameters and persistent buffers by name; they share memory with the module."""
        state = collections.OrderedDict() if destination is None else destination
        for name, value in self._parameters.items():
            if value is not None:
                state[prefix + name] = value if keep_vars else value.detach()
        for name, value in self._buffers.items():
            if value is not None and name not in self._transient:
                state[prefix + name] = value if keep_vars else value.detach()
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=state, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        return state

    def load_state_dict(self, state_dict, strict=True, assign=False):
        """Takes over the values of `state_dict`."""
        if assign:
            raise NotImplementedError("load_state_dict(assign=True) is not available; assign=False copies the values")
        own = self.state_dict(keep_vars=True)
        missing = [name for name in own if name not in state_dict]
        unexpected = [name for name in state_dict if name not in own]
        problems = []
        if strict and unexpected:
            problems.append("Unexpected key(s) in state_dict: " + ", ".join(f'"{n}"' for n in unexpected) + ". ")
        if strict and missing:
            problems.append("Missing key(s) in state_dict: " + ", ".join(f'"{n}"' for n in missing) + ". ")
        with no_grad():
            for name, target in own.items():
                value = state_dict.get(name)
                if value is None:
                    continue
                if value.shape != target.shape:
                    problems.append(
                        f"size mismatch for {name}: copying a param with shape {value.shape} from checkpoint, the shape "
                        f"in current model is {target.shape}."
                    )
                    continue
                target.copy_(value)
        if problems:
            raise RuntimeError(
                f"Error(s) in loading state_dict for {type(self).__name__}:\n\t" + "\n\t".join(problems)
            )
        return Incompatible(missing, unexpected)

    def to(self, *arguments, dtype=None, device=None, non_blocking=False, memory_format=None):
        """Parameters and buffers of floating-point type in another."""
        for value in arguments:
            if isinstance(value, _dtype_class):
                dtype = value
            elif isinstance(value, Tensor):
                dtype = value.dtype
            elif not isinstance(value, bool):
                device = value
        check_device(device)
        if dtype is not None:
            if not dtype.is_floating_point:
                raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}")
            self._converted(dtype)
        return self

    def _converted(self, kind):
        for module in self.modules():
            for value in module._parameters.values():
                if value is not None and value.dtype is not kind:
                    value.data = value.detach().to(kind)
            for name, value in module._buffers.items():
                if value is not None and value.dtype.is_floating_point:
                    setattr(module, name, value.to(kind))

    def float(self):
        """In float32."""
        from .._dtype import float32

        return self.to(float32)

    def bfloat16(self):
        """In bfloat16."""
        from .._dtype import bfloat16

        return self.to(bfloat16)

    def cpu(self):
        """The one device."""
        return self

    def cuda(self, device=None):
        check_device("cuda")
        return self

    def compile(self, *arguments, **options):
        """There is nothing to compile to yet."""

    def extra_repr(self):
        """What stands between the parentheses."""
        return ""

    def __repr__(self):
        lines = []
        for name, module in self._modules.items():
            text = repr(module).split("\n")
            lines.append(f"({name}): " + "\n  ".join(text))
        extra = self.extra_repr()
        if not lines:
            return f"{type(self).__name__}({extra})"
        return f"{type(self).__name__}(\n  " + "\n  ".join(([extra] if extra else []) + lines) + "\n)"


_dtype_class = dtype


def _type_name(value):
    kind = type(value)
    return "torch.FloatTensor" if kind is Tensor else f"{kind.__module__}.{kind.__qualname__}".replace("builtins.", "")


def _take_away(fields, name, table):
    """A name belongs to one table."""
    for other in ("_parameters", "_buffers", "_modules"):
        if other != table:
            fields[other].pop(name, None)
