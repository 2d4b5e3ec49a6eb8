"""Modules that learn the shapes of their parameters from the first input."""

import itertools
import warnings

from ..parameter import is_lazy


class LazyModuleMixin:
    """Waits for the first call, then becomes `cls_to_become`."""

    cls_to_become = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._load_hook = self._register_load_state_dict_pre_hook(self._lazy_load_hook)
        self._initialize_hook = self.register_forward_pre_hook(_infer_parameters, with_kwargs=True)
        warnings.warn("Lazy modules are a new feature under heavy development so changes to the API or functionality "
                      "can happen at any moment.", stacklevel=3)

    def _lazy_load_hook(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        for name, value in itertools.chain(self._parameters.items(), self._buffers.items()):
            given = state_dict.get(prefix + name)
            if given is not None and value is not None and is_lazy(value) and not is_lazy(given):
                value.materialize(given.shape)

    def initialize_parameters(self, *args, **kwargs):
        """Gives the parameters their shapes; subclasses say how."""
        raise NotImplementedError(f"initialize_parameters is not implemented for {type(self).__name__}")

    def has_uninitialized_params(self):
        """Is a shape still unknown?"""
        return any(is_lazy(value) for value in itertools.chain(self._parameters.values(), self._buffers.values()))

    def __deepcopy__(self, memo):
        import copy

        twin = type(self).__new__(type(self))
        memo[id(self)] = twin
        fields = dict(self.__dict__)
        load, initialize = fields.pop("_load_hook", None), fields.pop("_initialize_hook", None)
        for table, handle in (("_load_state_dict_pre_hooks", load), ("_forward_pre_hooks", initialize)):
            kept = type(fields[table])(fields[table])
            if handle is not None:
                kept.pop(handle.id, None)
            fields[table] = kept
        twin.__dict__.update({name: copy.deepcopy(value, memo) for name, value in fields.items()})
        if load is not None:
            twin._load_hook = twin._register_load_state_dict_pre_hook(twin._lazy_load_hook)
            twin._initialize_hook = twin.register_forward_pre_hook(_infer_parameters, with_kwargs=True)
        return twin


def _infer_parameters(module, args, kwargs):
    """Before the first call: shapes from its arguments, then an ordinary module."""
    kwargs = kwargs or {}
    module.initialize_parameters(*args, **kwargs)
    if module.has_uninitialized_params():
        raise RuntimeError(f"module {module._get_name()} has not been fully initialized")
    module._initialize_hook.remove()
    module._load_hook.remove()
    del module._initialize_hook, module._load_hook
    if module.cls_to_become is not None:
        module.__class__ = module.cls_to_become


__all__ = ["LazyModuleMixin"]
