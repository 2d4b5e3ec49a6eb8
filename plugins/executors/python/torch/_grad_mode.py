"""Is the record for `backward` kept? `no_grad` and its relatives."""

import functools
import inspect

from ._host import autograd


class _GradMode:
    """What the host was last told."""

    __slots__ = ("recording",)

    def __init__(self):
        self.recording = True


grad_mode = _GradMode()


def record(on):
    """Turns the record on or off; returns what it was."""
    before = grad_mode.recording
    if before is not on:
        autograd.set_recording(on)
        grad_mode.recording = on
    return before


def is_grad_enabled():
    return grad_mode.recording


class _Switch:
    """A context manager that is a decorator too, with or without parentheses."""

    on = False

    def __new__(cls, function=None, *arguments, **options):
        self = object.__new__(cls)
        if callable(function):
            return self(function)
        return self

    def __init__(self, mode=True):
        self._before = []

    def __enter__(self):
        self._before.append(record(self.on))

    def __exit__(self, *_):
        record(self._before.pop())

    def __call__(self, function):
        on = self.on
        if inspect.isclass(function):
            raise TypeError("a class cannot be decorated with a gradient mode; decorate its methods")
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def generate(*arguments, **options):
                generator = function(*arguments, **options)
                sent = None
                while True:
                    before = record(on)
                    try:
                        item = generator.send(sent)
                    except StopIteration as stop:
                        return stop.value
                    finally:
                        record(before)
                    sent = yield item

            return generate

        @functools.wraps(function)
        def call(*arguments, **options):
            before = record(on)
            try:
                return function(*arguments, **options)
            finally:
                record(before)

        return call


class no_grad(_Switch):
    """Nothing inside is recorded."""


class enable_grad(_Switch):
    """What is inside is recorded, also within `no_grad`."""

    on = True


class inference_mode(_Switch):
    """As `no_grad`; its tensors may be used in recorded operations later, which PyTorch refuses."""

    _active = []

    def __init__(self, mode=True):
        super().__init__()
        self.on = not mode

    def __enter__(self):
        super().__enter__()
        self._active.append(not self.on)

    def __exit__(self, *_):
        self._active.pop()
        super().__exit__()

    def __call__(self, function):
        inner = super().__call__(function)
        if inspect.isgeneratorfunction(function):
            return inner

        @functools.wraps(function)
        def call(*arguments, **options):
            self._active.append(not self.on)
            try:
                return inner(*arguments, **options)
            finally:
                self._active.pop()

        return call


def is_inference_mode_enabled():
    """Is an `inference_mode` around this?"""
    return bool(inference_mode._active and inference_mode._active[-1])


class set_grad_enabled(_Switch):
    """Turns the record on or off at once; as a context manager, until its end."""

    def __new__(cls, mode):
        return object.__new__(cls)

    def __init__(self, mode):
        self.on = bool(mode)
        self._before = [record(self.on)]

    def __enter__(self):
        return None
