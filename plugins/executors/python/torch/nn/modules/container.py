"""Modules made of modules."""

import collections
import collections.abc
import itertools
import operator

from .module import Module
from .parameters import ParameterDict, ParameterList


def _place(container, index):
    """A whole index into `container`, counted from the front."""
    index = operator.index(index)
    size = len(container)
    if not -size <= index < size:
        raise IndexError(f"index {index} is out of range")
    return index % size


def _renumbered(container):
    container._modules = {str(at): module for at, module in enumerate(container._modules.values())}


def _indented(text):
    return text.replace("\n", "\n  ")


class Sequential(Module):
    """One module after the other."""

    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], collections.OrderedDict):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for at, module in enumerate(args):
                self.add_module(str(at), module)

    def forward(self, input):
        for module in self._modules.values():
            input = module(input)
        return input

    def _name_at(self, index):
        return next(itertools.islice(self._modules, _place(self, index), None))

    def __getitem__(self, idx):
        if isinstance(idx, slice):
            return type(self)(collections.OrderedDict(list(self._modules.items())[idx]))
        return self._modules[self._name_at(idx)]

    def __setitem__(self, idx, module):
        setattr(self, self._name_at(idx), module)

    def __delitem__(self, idx):
        names = list(self._modules)[idx] if isinstance(idx, slice) else [self._name_at(idx)]
        for name in names:
            delattr(self, name)
        _renumbered(self)

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __dir__(self):
        return [name for name in super().__dir__() if not name.isdigit()]

    def _check_other(self, other):
        if not isinstance(other, Sequential):
            raise ValueError(f"add operator supports only objects of Sequential class, but {type(other)} is given.")

    def __add__(self, other):
        self._check_other(other)
        return Sequential().extend(self).extend(other)

    def __iadd__(self, other):
        self._check_other(other)
        return self.extend(list(other))

    def _check_times(self, other):
        if not isinstance(other, int):
            raise TypeError(f"unsupported operand type(s) for *: {type(self)} and {type(other)}")
        if other <= 0:
            raise ValueError(f"Non-positive multiplication factor {other} for {type(self)}")

    def __mul__(self, other):
        self._check_times(other)
        return Sequential(*(list(self) * other))

    __rmul__ = __mul__

    def __imul__(self, other):
        self._check_times(other)
        return self.extend(list(self) * (other - 1))

    def append(self, module):
        """One more at the end."""
        self.add_module(str(len(self)), module)
        return self

    def insert(self, index, module):
        """One more before `index`."""
        if not isinstance(module, Module):
            raise AssertionError(f"module should be of type: {Module}")
        size = len(self._modules)
        if not -size <= index <= size:
            raise IndexError(f"Index out of range: {index}")
        _inserted(self, index + size if index < 0 else index, module)
        return self

    def extend(self, sequential):
        """Several more at the end."""
        for module in sequential:
            self.append(module)
        return self

    def pop(self, key):
        """Takes one away."""
        module = self[key]
        del self[key]
        return module


def _inserted(container, index, module):
    for at in range(len(container._modules), index, -1):
        container._modules[str(at)] = container._modules[str(at - 1)]
    container._modules[str(index)] = module


class ModuleList(Module):
    """A list of modules."""

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __getitem__(self, idx):
        if isinstance(idx, slice):
            return type(self)(list(self._modules.values())[idx])
        return self._modules[str(_place(self, idx))]

    def __setitem__(self, idx, module):
        setattr(self, str(_place(self, idx)), module)

    def __delitem__(self, idx):
        places = range(len(self._modules))[idx] if isinstance(idx, slice) else [_place(self, idx)]
        for at in places:
            delattr(self, str(at))
        _renumbered(self)

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __iadd__(self, modules):
        return self.extend(modules)

    def __add__(self, other):
        return ModuleList(itertools.chain(self, other))

    def __dir__(self):
        return [name for name in super().__dir__() if not name.isdigit()]

    def __repr__(self):
        # What repeats is shown once, with its count.
        lines = []
        at = 0
        for text, group in itertools.groupby(repr(module) for module in self):
            count = len(list(group))
            name = f"({at})" if count == 1 else f"({at}-{at + count - 1})"
            lines.append(_indented(f"{name}: {text}" if count == 1 else f"{name}: {count} x {text}"))
            at += count
        if not lines:
            return self._get_name() + "()"
        return self._get_name() + "(\n  " + "\n  ".join(lines) + "\n)"

    def insert(self, index, module):
        """One more before `index`."""
        _inserted(self, index, module)

    def append(self, module):
        """One more at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules):
        """Several more at the end."""
        if not isinstance(modules, collections.abc.Iterable):
            raise TypeError("ModuleList.extend should be called with an iterable, but got " + type(modules).__name__)
        offset = len(self)
        for at, module in enumerate(modules):
            self.add_module(str(offset + at), module)
        return self

    def pop(self, key):
        """Takes one away."""
        module = self[key]
        del self[key]
        return module


class ModuleDict(Module):
    """Modules by name."""

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key):
        return self._modules[key]

    def __setitem__(self, key, module):
        self.add_module(key, module)

    def __delitem__(self, key):
        del self._modules[key]

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules)

    def __contains__(self, key):
        return key in self._modules

    def clear(self):
        """Takes all away."""
        self._modules.clear()

    def pop(self, key):
        """Takes one away."""
        module = self[key]
        del self[key]
        return module

    def keys(self):
        return self._modules.keys()

    def items(self):
        return self._modules.items()

    def values(self):
        return self._modules.values()

    def update(self, modules):
        """Several more."""
        if not isinstance(modules, collections.abc.Iterable):
            raise TypeError("ModuleDict.update should be called with an iterable of key/value pairs, but got "
                            + type(modules).__name__)
        if isinstance(modules, (collections.abc.Mapping, ModuleDict)):
            modules = modules.items()
        for at, pair in enumerate(modules):
            if not isinstance(pair, collections.abc.Iterable):
                raise TypeError(f"ModuleDict update sequence element #{at} should be Iterable; is{type(pair).__name__}")
            if len(pair) != 2:
                raise ValueError(f"ModuleDict update sequence element #{at} has length {len(pair)}; 2 is required")
            self[pair[0]] = pair[1]


__all__ = ["ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential"]
