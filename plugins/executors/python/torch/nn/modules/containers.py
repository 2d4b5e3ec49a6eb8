"""Modules made of modules, and lists of parameters."""

import collections
import itertools

from ..module import Module
from ..parameter import Parameter


class Identity(Module):
    """Its argument."""

    def forward(self, input):
        return input


class Sequential(Module):
    """One module after the other."""

    def __init__(self, *modules):
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], dict):
            for name, module in modules[0].items():
                self.add_module(name, module)
        else:
            for place, module in enumerate(modules):
                self.add_module(str(place), module)

    def forward(self, input):
        for module in self._modules.values():
            input = module(input)
        return input

    def append(self, module):
        """One more at the end."""
        self.add_module(str(len(self)), module)
        return self

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, place):
        modules = list(self._modules.values())
        return Sequential(*modules[place]) if isinstance(place, slice) else modules[place]

    def __setitem__(self, place, module):
        self.add_module(list(self._modules)[place], module)


class ModuleList(Module):
    """A list of modules."""

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def append(self, module):
        """One more at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules):
        """Several more at the end."""
        for module in modules:
            self.append(module)
        return self

    def insert(self, index, module):
        """One more before `index`."""
        modules = list(self)
        modules.insert(index, module)
        for place, item in enumerate(modules):
            self.add_module(str(place), item)

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, place):
        modules = list(self._modules.values())
        if isinstance(place, slice):
            return ModuleList(modules[place])
        try:
            return modules[place]
        except IndexError:
            raise IndexError(f"index {place} is out of range") from None

    def __setitem__(self, place, module):
        self.add_module(list(self._modules)[place], module)

    def __add__(self, other):
        return ModuleList(itertools.chain(self, other))

    def __contains__(self, module):
        return module in list(self)


class ModuleDict(Module):
    """Modules by name."""

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.update(modules)

    def update(self, modules):
        """Several more."""
        for name, module in modules.items() if hasattr(modules, "items") else modules:
            self.add_module(name, module)

    def __getitem__(self, name):
        return self._modules[name]

    def __setitem__(self, name, module):
        self.add_module(name, module)

    def __delitem__(self, name):
        delattr(self, name)

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules)

    def __contains__(self, name):
        return name in self._modules

    def keys(self):
        return self._modules.keys()

    def values(self):
        return self._modules.values()

    def items(self):
        return self._modules.items()


class ParameterList(Module):
    """A list of parameters."""

    def __init__(self, values=None):
        super().__init__()
        self.extend(values or ())

    def append(self, value):
        """One more at the end."""
        name = str(len(self))
        self.register_parameter(name, value if isinstance(value, Parameter) else Parameter(value))
        return self

    def extend(self, values):
        """Several more at the end."""
        for value in values:
            self.append(value)
        return self

    def __len__(self):
        return len(self._parameters)

    def __iter__(self):
        return iter(self._parameters.values())

    def __getitem__(self, place):
        return list(self._parameters.values())[place]

    def __setitem__(self, place, value):
        self.register_parameter(list(self._parameters)[place], value)


class ParameterDict(Module):
    """Parameters by name."""

    def __init__(self, parameters=None):
        super().__init__()
        for name, value in collections.OrderedDict(parameters or {}).items():
            self[name] = value

    def __getitem__(self, name):
        return self._parameters[name]

    def __setitem__(self, name, value):
        self.register_parameter(name, value if isinstance(value, Parameter) else Parameter(value))

    def __len__(self):
        return len(self._parameters)

    def __iter__(self):
        return iter(self._parameters)

    def __contains__(self, name):
        return name in self._parameters

    def keys(self):
        return self._parameters.keys()

    def values(self):
        return self._parameters.values()

    def items(self):
        return self._parameters.items()
