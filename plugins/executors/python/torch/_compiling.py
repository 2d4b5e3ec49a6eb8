"""`torch.compile`: what is compiled runs as it is written."""

import functools

from .nn.modules.module import Module


class OptimizedModule(Module):
    """What `torch.compile` gives for a module: the module itself under the name `_orig_mod`."""

    def __init__(self, mod):
        super().__init__()
        self._orig_mod = mod
        self.__dict__["_wrapped"] = True

    def forward(self, *args, **kwargs):
        return self._orig_mod(*args, **kwargs)

    def __getattr__(self, name):
        if name == "_orig_mod":
            return self._modules["_orig_mod"]
        return getattr(self._orig_mod, name)

    def __setattr__(self, name, value):
        # Before `__init__` is done, and for what it owns itself.
        if "_wrapped" not in self.__dict__ or name == "_orig_mod":
            super().__setattr__(name, value)
        else:
            setattr(self._orig_mod, name, value)

    def __delattr__(self, name):
        delattr(self._orig_mod, name)

    @property
    def training(self):
        """The mode of the module within."""
        return self._orig_mod.training

    @training.setter
    def training(self, value):
        inner = self.__dict__.get("_modules", {}).get("_orig_mod")
        if inner is not None:
            inner.training = value

    def __dir__(self):
        return sorted({*super().__dir__(), *dir(self._orig_mod)})


_BACKENDS = ("cudagraphs", "inductor", "openxla", "tvm", "eager", "aot_eager")
_MODES = ("default", "reduce-overhead", "max-autotune", "max-autotune-no-cudagraphs")


def compile(model=None, *, fullgraph=False, dynamic=None, backend="inductor", mode=None, options=None, name=None,
            disable=False, recompile_limit=None, isolate_recompiles=False, dynamic_shapes=None):
    """Gives back a function as it is, and a module within an `OptimizedModule`: there is nothing to compile to."""
    if mode is not None and options is not None:
        raise RuntimeError("Either mode or options can be specified, but both can't be specified at the same time.")
    if mode is not None and mode not in _MODES:
        raise RuntimeError(f"Unrecognized mode={mode}, should be one of: {', '.join(_MODES)}")
    if model is None:
        return functools.partial(compile, fullgraph=fullgraph, dynamic=dynamic, backend=backend, mode=mode,
                                 options=options, disable=disable)
    if disable or isinstance(model, OptimizedModule):
        return model
    if isinstance(model, Module):
        return OptimizedModule(model)
    if not callable(model):
        raise RuntimeError(f"torch.compile expects a function or a module, not {type(model).__name__}")
    return model
