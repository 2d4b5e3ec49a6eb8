"""`torch.autograd.Function`: operations with a gradient of the program's own."""

from ._base import Tensor, wrap
from ._creation import zeros
from ._grad_mode import is_grad_enabled, record
from ._host import autograd, host
from ._reverse import fitted, remember
from ._views import rebind


class FunctionCtx:
    """What `forward` leaves for `backward`."""

    _saved = ()
    _dirty = ()
    _non_differentiable = ()
    _materialize = True
    needs_input_grad = ()

    def save_for_backward(self, *tensors):
        """Keeps tensors for `saved_tensors`."""
        for x in tensors:
            if x is not None and not isinstance(x, Tensor):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {tensors.index(x)} is of type "
                    f"{type(x).__name__}"
                )
        self._saved = tensors

    def save_for_forward(self, *tensors):
        """Accepted; there is no forward mode."""

    def mark_dirty(self, *tensors):
        """Says that `forward` changed these inputs in place."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors):
        """Says that these outputs have no gradient."""
        self._non_differentiable = tensors

    def set_materialize_grads(self, value):
        """Are gradients of outputs that nothing depends on zeros (default), or None?"""
        self._materialize = bool(value)

    @property
    def saved_tensors(self):
        if self._saved is None:
            raise RuntimeError(
                "Trying to backward through the graph a second time (or directly access saved tensors after they have "
                "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
                "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or "
                "if you need to access saved tensors after calling backward."
            )
        return tuple(x() if isinstance(x, _Kept) else x for x in self._saved)


BackwardCFunction = FunctionCtx


class _Kept:
    """A tensor as it was when it was saved."""

    def __init__(self, x):
        self.x = x
        self.handle = x.handle
        self.version = x._version

    def __call__(self):
        if self.x.handle != self.handle or self.x._version != self.version:
            raise RuntimeError(
                "one of the variables needed for gradient computation has been modified by an inplace operation: "
                f"a saved tensor of shape {list(self.x.shape)}"
            )
        return self.x


class _KeptOutput(_Kept):
    """An output as it was when it was saved. It does not hold on to the record that holds it."""

    def __init__(self, x, place):
        super().__init__(wrap(autograd.detach(x), x.dtype))
        self.place = place
        # The pass that is asking, where that is recorded.
        self.going = None

    def __call__(self):
        if self.going is None:
            return self.x
        return wrap(host(self.going.output, self.place, self.x), self.x.dtype)


class _Record:
    """One application: how its `backward` is called, and what it has to answer."""

    def __init__(self, function, ctx, arguments, tracked, outputs):
        self.function = function
        self.ctx = ctx
        # For each argument: the shape and dtype of a tensor that requires a gradient, else None.
        self.wanted = [(x.shape, x.dtype) if on else None for x, on in zip(arguments, tracked)]
        # For each thing that `forward` returned: the place among the record's outputs, else None.
        self.places = []
        self.shapes = []
        self.outputs = outputs

    def answers(self, going, gradients):
        """The gradient of each recorded input, from those of the recorded outputs."""
        full = [None if place is None else gradients[place] for place in self.places]
        if self.ctx._materialize:
            full = [
                zeros(shape, dtype=kind) if g is None and shape is not None else g
                for g, (shape, kind) in zip(full, self.shapes)
            ]
        recorded = is_grad_enabled()
        kept = [x for x in self.ctx._saved or () if isinstance(x, _KeptOutput)]
        for x in kept:
            x.going = going if recorded else None
        try:
            results = self.function.backward(self.ctx, *full)
        finally:
            for x in kept:
                x.going = None
        return self._checked(results if isinstance(results, tuple) else (results,))

    def let_go(self):
        """Nothing will ask again: what was saved may go."""
        if self.ctx._saved:
            self.ctx._saved = None

    def _checked(self, results):
        name = self.function.__name__ + "Backward"
        extra = results[len(self.wanted) :]
        if len(results) < len(self.wanted) or any(x is not None for x in extra):
            raise RuntimeError(
                f"function {name} returned an incorrect number of gradients (expected {len(self.wanted)}, got "
                f"{len(results)})"
            )
        answers = []
        for at, (wanted, gradient) in enumerate(zip(self.wanted, results)):
            if wanted is None:
                continue
            if gradient is not None and not isinstance(gradient, Tensor):
                raise TypeError(f"expected Variable or None (got {type(gradient).__name__})")
            source = f"Function {name} returned an invalid gradient at index {at}"
            answers.append(None if gradient is None else fitted(gradient, *wanted, source))
        return answers


class _FunctionMeta(type):
    def __call__(cls, *arguments, **options):
        raise RuntimeError(
            f"Legacy autograd function with non-static forward method is deprecated. Please use {cls.__name__}.apply"
        )


class Function(metaclass=_FunctionMeta):
    """An operation whose `forward` and `backward` are static methods of a subclass. Use it by `apply`."""

    generate_vmap_rule = False

    @staticmethod
    def forward(*arguments, **options):
        """Computes the result; nothing in it is recorded."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Fills `ctx` where `forward` does not take it."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx, *gradients):
        """The gradient of each argument of `forward`, from those of its results."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    vjp = backward

    @classmethod
    def apply(cls, *arguments, **options):
        """Runs `forward` and records it."""
        if cls.vjp is not Function.vjp and cls.backward is Function.backward:
            cls.backward = cls.vjp
        recording = is_grad_enabled()
        ctx = FunctionCtx()
        tracked = [recording and isinstance(x, Tensor) and x.requires_grad for x in arguments]
        ctx.needs_input_grad = tuple(tracked)
        before = record(False)
        try:
            if cls.setup_context is Function.setup_context:
                returned = cls.forward(ctx, *arguments, **options)
            else:
                returned = cls.forward(*arguments, **options)
                cls.setup_context(ctx, arguments, returned)
        finally:
            record(before)
        if not any(tracked):
            return returned
        outputs = returned if isinstance(returned, tuple) else (returned,)
        results = _recorded(cls, ctx, arguments, tracked, outputs)
        return results if isinstance(returned, tuple) else results[0]


def _recorded(cls, ctx, arguments, tracked, outputs):
    """The outputs as tensors whose record leads to the tracked arguments."""
    kept = _Record(cls, ctx, arguments, tracked, len(outputs))
    chosen = []
    for output in outputs:
        is_tensor = isinstance(output, Tensor)
        refused = any(output is x for x in ctx._non_differentiable)
        differentiable = is_tensor and output.dtype.is_floating_point and not refused
        kept.places.append(len(chosen) if differentiable else None)
        kept.shapes.append((output.shape, output.dtype) if is_tensor else (None, None))
        if differentiable:
            chosen.append(output)
    if not chosen:
        return outputs
    ctx._saved = tuple(_keep(x, chosen, arguments) for x in ctx._saved)
    inputs = [x for x, on in zip(arguments, tracked) if on]
    number, fresh = host(autograd.custom, inputs, chosen)
    remember(number, kept)
    results = []
    for output, place in zip(outputs, kept.places):
        if place is None:
            results.append(output)
        elif any(output is x for x in ctx._dirty):
            rebind(output, wrap(fresh[place], output.dtype))
            output._made = cls.__name__ + "Backward"
            results.append(output)
        else:
            result = wrap(fresh[place], output.dtype)
            result._made = cls.__name__ + "Backward"
            results.append(result)
    return tuple(results)


def _keep(x, chosen, arguments):
    if x is None:
        return None
    if not any(x is argument for argument in arguments):
        for place, output in enumerate(chosen):
            if x is output:
                return _KeptOutput(x, place)
    return _Kept(x)


def once_differentiable(function):
    """A `backward` whose result cannot be differentiated again."""

    def backward(ctx, *gradients):
        recording = record(False)
        try:
            results = function(ctx, *gradients)
        finally:
            record(recording)
        if not recording:
            return results
        several = results if isinstance(results, tuple) else (results,)
        return tuple(x if x is None else _Refusal.apply(x, *[g for g in gradients if g is not None]) for x in several)

    return backward


class _Refusal(Function):
    """The same values; whoever differentiates them is told that this cannot be."""

    @staticmethod
    def forward(ctx, x, *gradients):
        return x.clone()

    @staticmethod
    def backward(ctx, *gradients):
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")
