"""Writes the random numbers that PyTorch's CPU generator draws, for host/compute/tests/random.rs to compare with.

    python tests/torch/random_golden.py > host/compute/tests/random_golden.json

Each program is a seed and a list of calls on one generator. Of every result all bits are kept, or, where it is
long, the first ones and a sum over all of them. Draw on a processor that is not Intel's: there PyTorch asks MKL.
"""

import json

import torch

LONG = 48
FIRST = 4
DTYPES = {
    "f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16, "f64": torch.float64,
    "i64": torch.int64, "u8": torch.uint8,
}
BITS = {
    torch.float32: torch.int32, torch.bfloat16: torch.int16, torch.float16: torch.int16, torch.float64: torch.int64,
}


def weights(rows, classes, dtype):
    """Weights that both sides can make: multiples of 1/8 with zeros among them."""
    numbers = torch.arange(rows * classes, dtype=torch.float64)
    return (numbers * 7 % 11 / 8).reshape(rows, classes).to(DTYPES[dtype])


def probabilities(n, dtype):
    return (torch.arange(n, dtype=torch.float64) % 9 / 8).to(DTYPES[dtype])


def draw(generator, name, *arguments):
    def empty(dtype, shape):
        return torch.empty(shape, dtype=DTYPES[dtype])

    if name == "normal":
        dtype, shape, mean, deviation = arguments
        return empty(dtype, shape).normal_(mean, deviation, generator=generator)
    if name == "uniform":
        dtype, shape, low, high = arguments
        return empty(dtype, shape).uniform_(low, high, generator=generator)
    if name == "bernoulli":
        dtype, shape, probability = arguments
        return empty(dtype, shape).bernoulli_(probability, generator=generator)
    if name == "exponential":
        dtype, shape, rate = arguments
        return empty(dtype, shape).exponential_(rate, generator=generator)
    if name == "integers":
        shape, low, high = arguments
        return torch.randint(low, high, shape, generator=generator)
    if name == "permutation":
        return torch.randperm(*arguments, generator=generator)
    if name == "bernoulli_each":
        return torch.bernoulli(probabilities(*arguments), generator=generator)
    if name == "multinomial":
        rows, classes, dtype, count, replacement = arguments
        return torch.multinomial(weights(rows, classes, dtype), count, replacement, generator=generator)
    raise ValueError(name)


def bits(tensor):
    size = 8 * tensor.element_size()
    numbers = tensor.flatten().view(BITS.get(tensor.dtype, tensor.dtype)).tolist()
    return [number % 2**size for number in numbers]


def recorded(tensor):
    numbers = bits(tensor)
    if len(numbers) <= LONG:
        return {"bits": [str(number) for number in numbers]}
    total = sum(number * (i + 1) for i, number in enumerate(numbers)) % 2**64
    return {"first": [str(number) for number in numbers[:FIRST]], "sum": str(total), "count": len(numbers)}


def floats(dtype):
    """Every distribution of a float dtype; odd lengths, so that blocks and pairs are left half used."""
    return [
        ["uniform", dtype, [3, 5], 0.0, 1.0],
        ["normal", dtype, [5], 0.0, 1.0],
        ["normal", dtype, [15], 0.25, 0.75],
        ["normal", dtype, [16], 0.0, 1.0],
        ["normal", dtype, [3, 7], 0.1, 0.02],
        ["normal", dtype, [1], 0.0, 1.0],
        ["uniform", dtype, [20_003], -0.1, 0.3],
        ["normal", dtype, [20_003], 0.3, 0.7],
        ["normal", dtype, [64, 64], 0.0, 0.02],
        ["bernoulli", dtype, [20], 0.3],
        ["bernoulli_each", 30, dtype],
        ["exponential", dtype, [9], 1.0],
        ["exponential", dtype, [5_001], 0.7],
        ["multinomial", 3, 7, dtype, 5, True],
        ["multinomial", 3, 7, dtype, 1, False],
        ["uniform", dtype, [1], 0.0, 1.0],
    ]


PROGRAMS = [[seed, floats(dtype)] for dtype in ("f32", "bf16", "f16", "f64") for seed in (0, 1337)] + [
    [2**40 + 5, [
        ["integers", [10], 0, 10],
        ["integers", [10], -5, 2**28 - 5],
        ["integers", [10], -5, 2**28 - 6],
        ["integers", [10], 0, 2**32],
        ["integers", [10], -(2**63), 2**63 - 1],
        ["integers", [2_003], 0, 50_257],
        ["permutation", 0],
        ["permutation", 1],
        ["permutation", 20],
        ["permutation", 10_000],
        ["bernoulli", "i64", [20], 0.5],
        ["bernoulli", "u8", [5_000], 0.9],
        ["multinomial", 1, 7, "f32", 4, False],
        ["multinomial", 4, 300, "f32", 20, False],
        ["multinomial", 2, 1000, "f32", 500, True],
        ["uniform", "f32", [2], 0.0, 1.0],
    ]],
]


def main():
    torch.set_num_threads(1)
    programs = []
    for seed, calls in PROGRAMS:
        generator = torch.Generator().manual_seed(seed)
        results = [recorded(draw(generator, *call)) for call in calls]
        state = recorded(generator.get_state())
        programs.append({"seed": seed, "calls": calls, "results": results, "state": state})
    programs = ",\n".join(json.dumps(program) for program in programs)
    print(f'{{"torch": "{torch.__version__}", "programs": [\n{programs}\n]}}')


if __name__ == "__main__":
    main()
