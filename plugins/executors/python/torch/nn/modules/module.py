"""The base class of modules."""


from ..._base import Tensor
from ..parameter import Buffer, Parameter
from ._conversion import Conversion
from ._hooks import Hooks, Table, every
from ._hooks import register_module_forward_hook, register_module_forward_pre_hook  # noqa: F401
from ._hooks import register_module_full_backward_hook, register_module_full_backward_pre_hook  # noqa: F401
from ._state import StateDict, _IncompatibleKeys  # noqa: F401
from ._walking import Walking

_every_forward, _every_forward_pre = every["forward"], every["forward_pre"]
_every_backward, _every_backward_pre = every["backward"], every["backward_pre"]

_global_forward_hooks, _global_forward_pre_hooks = _every_forward, _every_forward_pre
_global_backward_hooks, _global_backward_pre_hooks = _every_backward, _every_backward_pre

_TABLES = ("_parameters", "_buffers", "_modules")
_HOOKS = ("_backward_pre_hooks", "_backward_hooks", "_forward_hooks", "_forward_hooks_with_kwargs",
          "_forward_hooks_always_called", "_forward_pre_hooks", "_forward_pre_hooks_with_kwargs", "_state_dict_hooks",
          "_state_dict_pre_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks")


def _addindent(s_, numSpaces):
    """The text with all lines but the first moved to the right."""
    first, *rest = s_.split("\n")
    return "\n".join([first, *(numSpaces * " " + line for line in rest)])


def _forward_unimplemented(self, *input):
    """What the module computes; subclasses say what."""
    raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')


class Module(Walking, Hooks, StateDict, Conversion):
    """Parameters, buffers and other modules by name, and a `forward`."""

    dump_patches = False
    _version = 1
    training: bool
    call_super_init = False
    _compiled_call_impl = None

    def __init__(self, *args, **kwargs):
        if not self.call_super_init:
            if kwargs:
                raise TypeError(f"{type(self).__name__}.__init__() got an unexpected keyword argument "
                                f"'{next(iter(kwargs))}'")
            if args:
                raise TypeError(f"{type(self).__name__}.__init__() takes 1 positional argument but {len(args) + 1} "
                                "were given")
        fields = self.__dict__
        fields["training"] = True
        fields["_parameters"] = {}
        fields["_buffers"] = {}
        fields["_non_persistent_buffers_set"] = set()
        fields["_is_full_backward_hook"] = None
        for name in _HOOKS:
            fields[name] = Table()
        fields["_modules"] = {}
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    forward = _forward_unimplemented

    def __call__(self, *args, **kwargs):
        if not (self._backward_hooks or self._backward_pre_hooks or self._forward_hooks or self._forward_pre_hooks
                or _every_forward or _every_forward_pre or _every_backward or _every_backward_pre):
            return self.forward(*args, **kwargs)
        return self._call_with_hooks(args, kwargs)

    # Attributes.

    def __getattr__(self, name):
        fields = self.__dict__
        if "_parameters" in fields:
            table = fields["_parameters"]
            if name in table:
                return table[name]
            table = fields["_modules"]
            if name in table:
                return table[name]
            table = fields["_buffers"]
            if name in table:
                return table[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name, value):
        fields = self.__dict__
        if isinstance(value, Parameter):
            if "_parameters" not in fields:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            _take_away(self, name, "_parameters")
            self.register_parameter(name, value)
        elif name in fields.get("_parameters", ()):
            if value is not None:
                raise TypeError(f"cannot assign '{_typename(value)}' as parameter '{name}' (torch.nn.Parameter or None "
                                "expected)")
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            if "_modules" not in fields:
                raise AttributeError("cannot assign module before Module.__init__() call")
            _take_away(self, name, "_modules")
            fields["_modules"][name] = value
        elif name in fields.get("_modules", ()):
            if value is not None:
                raise TypeError(f"cannot assign '{_typename(value)}' as child module '{name}' (torch.nn.Module or None "
                                "expected)")
            fields["_modules"][name] = value
        elif isinstance(value, Tensor) and "_buffers" in fields and name not in fields["_buffers"] and isinstance(
                value, Buffer):
            _take_away(self, name, "_buffers")
            self.register_buffer(name, value, value.persistent)
        elif name in fields.get("_buffers", ()):
            if value is not None and not isinstance(value, Tensor):
                raise TypeError(f"cannot assign '{_typename(value)}' as buffer '{name}' (torch.nn.Buffer, torch.Tensor "
                                "or None expected)")
            fields["_buffers"][name] = value
        else:
            object.__setattr__(self, name, value)

    def __delattr__(self, name):
        for table in _TABLES:
            if name in self.__dict__.get(table, ()):
                del self.__dict__[table][name]
                if table == "_buffers":
                    self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self):
        names = [*dir(type(self)), *self.__dict__, *self._parameters, *self._modules, *self._buffers]
        return sorted(name for name in names if not name[0].isdigit())

    def __setstate__(self, state):
        self.__dict__.update(state)

    def register_buffer(self, name, tensor, persistent=True):
        """A tensor that belongs to the module's state, but is not learnt."""
        if "_buffers" not in self.__dict__:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        _check_name(self, name, "buffer", "_buffers")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"cannot assign '{_typename(tensor)}' object to buffer '{name}' (torch Tensor or None "
                            "required)")
        self._buffers[name] = tensor
        (self._non_persistent_buffers_set.discard if persistent else self._non_persistent_buffers_set.add)(name)

    def register_parameter(self, name, param):
        """A parameter, or None for one that is left out."""
        if "_parameters" not in self.__dict__:
            raise AttributeError("cannot assign parameter before Module.__init__() call")
        _check_name(self, name, "parameter", "_parameters")
        if param is None:
            self._parameters[name] = None
        elif not isinstance(param, Parameter):
            raise TypeError(f"cannot assign '{_typename(param)}' object to parameter '{name}' (torch.nn.Parameter or "
                            "None required)")
        elif param._leaf is None and param.requires_grad:
            raise ValueError(f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created "
                             "explicitly. To express '{name}' as a function of another Tensor, compute the value in "
                             "the forward() method.")
        else:
            self._parameters[name] = param

    def add_module(self, name, module):
        """A module by name."""
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{_typename(module)} is not a Module subclass")
        _check_name(self, name, "module", "_modules")
        self._modules[name] = module

    def register_module(self, name, module):
        """As `add_module`."""
        self.add_module(name, module)

    def compile(self, *args, **kwargs):
        """There is nothing to compile to yet."""

    # What a module looks like.

    def _get_name(self):
        return type(self).__name__

    def extra_repr(self):
        """What stands between the parentheses."""
        return ""

    def __repr__(self):
        extra = self.extra_repr()
        first = extra.split("\n") if extra else []
        below = []
        for name, module in self._modules.items():
            lines = repr(module).split("\n")
            below.append("\n".join([f"({name}): {lines[0]}", *("  " + line for line in lines[1:])]))
        lines = first + below
        if not lines:
            return self._get_name() + "()"
        if len(first) == 1 and not below:
            return f"{self._get_name()}({first[0]})"
        return self._get_name() + "(\n  " + "\n  ".join(lines) + "\n)"


def _typename(value):
    """As `torch.typename`."""
    if isinstance(value, Tensor):
        return value.type()
    kind = type(value)
    module = "" if kind.__module__ in ("builtins", "__builtin__", None) else kind.__module__ + "."
    return module + kind.__qualname__


def _check_name(module, name, what, table):
    if not isinstance(name, str):
        raise TypeError(f"{what} name should be a string. Got {_typename(name)}")
    if hasattr(module, name) and name not in module.__dict__[table]:
        raise KeyError(f"attribute '{name}' already exists")
    if "." in name:
        raise KeyError(f'{what} name can\'t contain "."' + (f", got: {name}" if what == "module" else ""))
    if name == "":
        raise KeyError(f'{what} name can\'t be empty string ""')


def _take_away(module, name, table):
    """A name belongs to one table."""
    fields = module.__dict__
    fields.pop(name, None)
    for other in _TABLES:
        if other != table:
            fields[other].pop(name, None)
    fields["_non_persistent_buffers_set"].discard(name)


__all__ = ["Module", "register_module_forward_hook", "register_module_forward_pre_hook",
           "register_module_full_backward_hook", "register_module_full_backward_pre_hook"]
