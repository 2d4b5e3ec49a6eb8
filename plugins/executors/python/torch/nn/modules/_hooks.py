"""Hooks on the calls of modules, and on the gradients that pass through them."""

import collections
import itertools
import warnings
import weakref

from ..._base import Tensor


class RemovableHandle:
    """Takes a hook away again; as a context manager, at its end."""

    next_id = itertools.count()

    def __init__(self, hooks_dict, *, extra_dict=None):
        self._tables = [weakref.ref(table) for table in (hooks_dict, *_as_list(extra_dict))]
        self.id = next(RemovableHandle.next_id)

    def remove(self):
        """Removes the hook."""
        for reference in self._tables:
            table = reference()
            if table is not None:
                table.pop(self.id, None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


def _as_list(value):
    return [] if value is None else value if isinstance(value, list) else [value]


class Table(collections.OrderedDict):
    """Hooks by number; not copied with `deepcopy` of their handles, but with the module."""


# Hooks of all modules.
every = {"forward": Table(), "forward_pre": Table(), "backward": Table(), "backward_pre": Table()}


def _global(kind, title):
    def register(hook, *, with_kwargs=False, always_call=False):
        handle = RemovableHandle(every[kind])
        every[kind][handle.id] = hook
        if with_kwargs or always_call:
            handle.remove()
            raise NotImplementedError(
                f"{title} with with_kwargs or always_call is not available; Module.register_{title[16:]} has both"
            )
        return handle

    register.__name__ = register.__qualname__ = title
    register.__doc__ = f"A {kind.replace('_', ' ')} hook of every module."
    return register


register_module_forward_hook = _global("forward", "register_module_forward_hook")
register_module_forward_pre_hook = _global("forward_pre", "register_module_forward_pre_hook")
register_module_full_backward_hook = _global("backward", "register_module_full_backward_hook")
register_module_full_backward_pre_hook = _global("backward_pre", "register_module_full_backward_pre_hook")


class Hooks:
    """Registering hooks on a module, and calling it with them."""

    def _hooked(self, table, hook, prepend=False, marks=()):
        handle = RemovableHandle(table, extra_dict=list(marks))
        table[handle.id] = hook
        for mark in marks:
            mark[handle.id] = True
        if prepend:
            table.move_to_end(handle.id, last=False)
        return handle

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
        """`hook(module, args[, kwargs], output)` after each call; what it returns replaces the output."""
        marks = [self._forward_hooks_with_kwargs] if with_kwargs else []
        marks += [self._forward_hooks_always_called] if always_call else []
        return self._hooked(self._forward_hooks, hook, prepend, marks)

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """`hook(module, args[, kwargs])` before each call; what it returns replaces the arguments."""
        marks = [self._forward_pre_hooks_with_kwargs] if with_kwargs else []
        return self._hooked(self._forward_pre_hooks, hook, prepend, marks)

    def register_full_backward_hook(self, hook, prepend=False):
        """`hook(module, grad_input, grad_output)` when the gradients of a call are known; may replace `grad_input`."""
        if self._is_full_backward_hook is False:
            raise RuntimeError("Cannot use both regular backward hooks and full backward hooks on a single Module. "
                               "Please use only one of them.")
        self._is_full_backward_hook = True
        return self._hooked(self._backward_hooks, hook, prepend)

    def register_full_backward_pre_hook(self, hook, prepend=False):
        """`hook(module, grad_output)` before the gradients of a call are computed; may replace `grad_output`."""
        return self._hooked(self._backward_pre_hooks, hook, prepend)

    def register_backward_hook(self, hook):
        """As `register_full_backward_hook`: the hook is given the gradients of the module's own inputs."""
        if self._is_full_backward_hook is True:
            raise RuntimeError("Cannot use both regular backward hooks and full backward hooks on a single Module. "
                               "Please use only one of them.")
        self._is_full_backward_hook = False
        return self._hooked(self._backward_hooks, hook)

    def _call_with_hooks(self, args, kwargs):
        call = _Call(self, args, kwargs)
        try:
            return call.run()
        except Exception:
            call.finish()
            raise


class _Call:
    """One call of a module that has hooks."""

    def __init__(self, module, args, kwargs):
        self.module, self.args, self.kwargs, self.result, self.called = module, args, kwargs, None, set()

    def run(self):
        module = self.module
        self._before()
        backward = [*every["backward"].values(), *module._backward_hooks.values()]
        backward_pre = [*every["backward_pre"].values(), *module._backward_pre_hooks.values()]
        passing = None
        if backward or backward_pre:
            from ._backward_hooks import Passing

            passing = Passing(module, backward, backward_pre)
            self.args = passing.inputs(self.args)
        self.result = module.forward(*self.args, **self.kwargs)
        for number, hook in (*every["forward"].items(), *module._forward_hooks.items()):
            self.called.add(number)
            self._after(number, hook)
        if passing is not None:
            if not isinstance(self.result, (Tensor, tuple)):
                warnings.warn(
                    "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but "
                    f"received {type(self.result)}", stacklevel=4,
                )
            self.result = passing.outputs(self.result)
        return self.result

    def _before(self):
        module = self.module
        for number, hook in (*every["forward_pre"].items(), *module._forward_pre_hooks.items()):
            if number in module._forward_pre_hooks_with_kwargs:
                changed = hook(module, self.args, self.kwargs)
                if changed is not None:
                    if not (isinstance(changed, tuple) and len(changed) == 2):
                        raise RuntimeError(
                            "forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got "
                            f"{changed}."
                        )
                    self.args, self.kwargs = changed
            else:
                changed = hook(module, self.args)
                if changed is not None:
                    self.args = changed if isinstance(changed, tuple) else (changed,)

    def _after(self, number, hook):
        module = self.module
        if number in module._forward_hooks_with_kwargs:
            changed = hook(module, self.args, self.kwargs, self.result)
        else:
            changed = hook(module, self.args, self.result)
        if changed is not None:
            self.result = changed

    def finish(self):
        """After an error: what is always to be called and was not yet."""
        for number, hook in self.module._forward_hooks.items():
            if number in self.module._forward_hooks_always_called and number not in self.called:
                try:
                    self._after(number, hook)
                except Exception as error:
                    warnings.warn(
                        "module forward hook with ``always_call=True`` raised an exception that was silenced as "
                        f"another error was raised in forward: {error}", stacklevel=4,
                    )
