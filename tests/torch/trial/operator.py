"""What a family declares of an operator."""

from dataclasses import dataclass
from typing import Callable, Optional

import torch


@dataclass(frozen=True)
class Operator:
    """`call(*make(inputs))`, or what `name` stands for, on what `make` draws; keywords are a dict at the end.

    A name is one of `torch` (`sin`, `linalg.inv`), of `torch.nn.functional` (`F.relu`) or of a tensor (`.sin_`: what
    ends with an underscore changes a clone of its first argument).
    """

    name: str
    make: Callable
    call: Optional[Callable] = None
    # Orders of derivatives that are compared; where there are any, the first also with finite differences.
    orders: int = 2
    # Relative and absolute, where they are not those of the element type.
    tolerance: Optional[tuple] = None
    # Cases, where it is not what the run says.
    count: Optional[int] = None
    # Is the beginning of an error's message compared?
    message: bool = False
    # Why the sandbox differs here, where that is known and stays so for now. It is shown, and counted apart.
    known: Optional[str] = None
    # Are finite differences compared? Not where the function has steps or draws random numbers.
    differences: bool = True

    def function(self):
        if self.call is not None:
            return self.call
        if self.name.startswith("."):
            return _method(self.name[1:])
        found = torch.nn.functional if self.name.startswith("F.") else torch
        for part in self.name.removeprefix("F.").split("."):
            found = getattr(found, part)
        return found


def _method(name):
    def call(tensor, *arguments, **keywords):
        if name.endswith("_"):
            tensor = tensor.clone()
        return getattr(tensor, name)(*arguments, **keywords)

    return call


def several(names, make, **settings):
    """Operators that take the same arguments."""
    return [Operator(name, make, **settings) for name in names.split()]
