"""Writes what PyTorch makes of every family and program to `golden/`, which the sandbox is compared with.

    python tests/torch/make_golden.py [FAMILY]...

Run it with the PyTorch of the version that the package stands for, on a processor that is not Intel's: there PyTorch
asks MKL for random numbers.
"""

import json
import pathlib
import re
import subprocess
import sys

import torch

HERE = pathlib.Path(__file__).parent
SEED = 1
STEP = re.compile(r"^step \d+ loss (\S+)", re.MULTILINE)


def output(*arguments):
    done = subprocess.run([sys.executable, "-B", *arguments], stdout=subprocess.PIPE, text=True, cwd=HERE, check=True)
    return done.stdout


def shorter(record):
    """float32 with seven digits, a hundred times nearer than what is compared."""
    if isinstance(record, list):
        return [shorter(part) for part in record]
    if not isinstance(record, dict):
        return record
    if record.get("t") == "float32":
        return {**record, "v": [value if isinstance(value, str) else float(f"{value:.7g}") for value in record["v"]]}
    return {name: shorter(value) for name, value in record.items()}


def family(name):
    lines = output("run.py", name, str(SEED)).splitlines()
    for line in lines:
        if '"differences"' in line:
            # Then the case says nothing about the sandbox's gradient.
            sys.exit(f"PyTorch's own gradient is not what finite differences say: {line}")
    lines = [json.dumps(shorter(json.loads(line)), separators=(",", ":")) for line in lines]
    (HERE / "golden" / f"{name}.jsonl").write_text("\n".join(lines) + "\n")


def program(path):
    threads = f"import torch, runpy; torch.set_num_threads(1); runpy.run_path({str(path)!r}, run_name='__main__')"
    return [float(loss) for loss in STEP.findall(output("-c", threads))]


def main(wanted):
    names = sorted(path.stem for path in (HERE / "cases").glob("[!_]*.py"))
    for name in names:
        if not wanted or name in wanted:
            family(name)
    if not wanted or "programs" in wanted:
        losses = {path.stem: program(path) for path in sorted((HERE / "programs").glob("*.py"))}
        lines = ",\n".join(f'"{name}": {json.dumps(steps)}' for name, steps in losses.items())
        text = f'{{"torch": "{torch.__version__}", "programs": {{\n{lines}\n}}}}\n'
        (HERE / "golden" / "programs.json").write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
