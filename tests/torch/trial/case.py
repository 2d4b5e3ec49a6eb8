"""One case: values, gradients, second gradients, and the first against finite differences."""

import math
import re

import torch

from .inputs import Inputs
from .record import number, recorded

# Of a step along the direction, in float64.
STEP = 1e-6
# Central differences with that step are right to about the eighth digit.
NEAR = 2e-5
# Letters of a message that are compared.
BEGINNING = 60


def run(operator, family, seed, index):
    """The record of case `index` of an operator."""
    key = f"{seed}/{family}/{operator.name}/{index}"
    record = {"id": f"{family}/{operator.name}/{index}"}
    if operator.tolerance is not None:
        record["tol"] = list(operator.tolerance)
    if operator.known is not None:
        record["known"] = operator.known
    try:
        inputs = Inputs(key, index, differentiable=operator.orders > 0)
        result = _call(operator, inputs)
        record["out"] = recorded(result)
    except Exception as error:
        record["error"] = _error(error, operator.message)
        return record
    if operator.orders > 0:
        _derivatives(operator, key, inputs, result, record)
        if operator.differences and inputs.leaves and "grad" in record:
            _against_differences(operator, key, index, record)
    return record


def _call(operator, inputs):
    arguments = list(operator.make(inputs))
    keywords = arguments.pop() if arguments and isinstance(arguments[-1], dict) else {}
    return operator.function()(*arguments, **keywords)


def _error(error, with_message):
    name = type(error).__name__
    if not with_message:
        return [name]
    text = str(error).split("\n")[0]
    return [name, re.sub(r"\s+", " ", text)[:BEGINNING]]


def _tensors(result):
    """All tensors of a result, in order."""
    if isinstance(result, torch.Tensor):
        return [result]
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, (tuple, list)):
        return [tensor for part in result for tensor in _tensors(part)]
    return []


def _weighed(tensors, key):
    """A sum of all elements of those that have a gradient, with weights; None where none has."""
    total = None
    for place, tensor in enumerate(tensors):
        if tensor is None or not tensor.requires_grad or tensor.is_complex():
            continue
        weights = Inputs(f"{key}/weights/{place}", 0).weights(tuple(tensor.shape), tensor.dtype)
        part = (tensor * weights).sum()
        total = part if total is None else total + part
    return total


def _derivatives(operator, key, inputs, result, record):
    total = _weighed(_tensors(result), key) if inputs.leaves else None
    if total is None:
        return
    more = operator.orders > 1
    try:
        first = torch.autograd.grad(total, inputs.leaves, create_graph=more, allow_unused=True)
        record["grad"] = _recorded(first, inputs.leaves)
    except Exception as error:
        record["grad"] = _error(error, False)
        return
    if not more:
        return
    try:
        total = _weighed(first, key + "/second")
        second = [None] * len(inputs.leaves)
        if total is not None:
            second = torch.autograd.grad(total, inputs.leaves, allow_unused=True)
        record["second"] = _recorded(second, inputs.leaves)
    except Exception as error:
        record["second"] = _error(error, False)


def _recorded(gradients, leaves):
    """None as zeros: which of both PyTorch gives differs from function to function, and is not compared."""
    pairs = zip(gradients, leaves)
    return [recorded(torch.zeros_like(leaf) if gradient is None else gradient) for gradient, leaf in pairs]


def _against_differences(operator, key, index, record):
    """Puts both derivatives along a direction into the record if they differ."""

    def at(shift):
        inputs = Inputs(key, index, double=True, shift=shift)
        return inputs, _weighed(_tensors(_call(operator, inputs)), key)

    try:
        inputs, total = at(0.0)
        if total is None:
            return
        gradients = torch.autograd.grad(total, inputs.leaves, allow_unused=True)
        along = 0.0
        for gradient, direction in zip(gradients, inputs.directions):
            if gradient is not None:
                along += sum(g * d for g, d in zip(gradient.clone().flatten().tolist(), direction))
        numeric = (at(STEP)[1].item() - at(-STEP)[1].item()) / (2 * STEP)
        if abs(along - numeric) > NEAR * max(1.0, abs(along)) or math.isnan(along) != math.isnan(numeric):
            record["differences"] = [number(along, 9), number(numeric, 9)]
    except Exception as error:
        record["differences"] = [type(error).__name__, str(error)[:200]]
