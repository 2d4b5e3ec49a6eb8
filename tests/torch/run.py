"""Runs the cases of a family and prints a line of JSON for each.

python tests/torch/run.py FAMILY SEED [COUNT]
"""

import importlib
import json
import sys
import warnings

import torch
from trial import case

# Cases of an operator.
COUNT = 4


def main(family, seed, count=COUNT):
    # PyTorch warns of what is deprecated; that is not compared.
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    operators = importlib.import_module(f"cases.{family}").OPERATORS
    names = [operator.name for operator in operators]
    assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1]
    print(json.dumps({"torch": torch.__version__, "family": family, "seed": int(seed), "operators": len(operators)}))
    for operator in operators:
        for index in range(operator.count or int(count)):
            print(json.dumps(case.run(operator, family, seed, index), separators=(",", ":")))


if __name__ == "__main__":
    main(*sys.argv[1:])
