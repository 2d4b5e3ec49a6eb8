"""Prints the compatibility page: every public name of PyTorch, and its state in this package. Run it in the sandbox,
where `torch` is the package itself; `cargo xtask torch-names` does so and writes the page.
"""

import dis
import importlib
import inspect
import textwrap

from torch import _pytorch_names as pytorch_names

TITLES = {
    "present": "works",
    "accepted": "accepted, without effect",
    "refused": "refuses with `NotImplementedError` and names the nearest thing",
    "absent": "absent: the name raises `NotImplementedError` and says what is nearest",
}


def owner_of(path):
    """The module or class at `path`; None where there is none."""
    try:
        return importlib.import_module(path)
    except ImportError:
        pass
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, NotImplementedError):
        return None


def code_of(value):
    """The code that runs when `value` is called, where that is the package's own."""
    if inspect.isclass(value):
        for name in ("__init__", "__new__", "__init_subclass__"):
            found = value.__dict__.get(name)
            if found is not None and never_returns(getattr(found, "__func__", found)):
                return getattr(found, "__func__", found)
        return value.__dict__.get("__init__")
    return getattr(value, "__func__", value)


def never_returns(function):
    """Does every way through `function` raise?"""
    code = getattr(function, "__code__", None)
    if code is None or code.co_flags & inspect.CO_GENERATOR:
        return False
    return not any(step.opname.startswith("RETURN") for step in dis.get_instructions(code))


def does_nothing(function):
    """Is there nothing in `function` but its answer, a constant?"""
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    names = {step.opname for step in dis.get_instructions(code)}
    return names <= {"RESUME", "RETURN_CONST", "LOAD_CONST", "LOAD_SMALL_INT", "RETURN_VALUE", "NOP"}


def state(path, owner, name):
    try:
        value = inspect.getattr_static(owner, name) if inspect.isclass(owner) else getattr(owner, name)
    except (AttributeError, NotImplementedError):
        return "absent"
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    if isinstance(value, property):
        value = value.fget
    function = code_of(value)
    if function is not None and never_returns(function):
        return "refused"
    # A method of a base class that does nothing is there to be overridden.
    if not inspect.isclass(value) and "Module" not in path and does_nothing(function):
        return "accepted"
    return "present"


def main():
    sections, totals = [], dict.fromkeys(TITLES, 0)
    for path, names in pytorch_names.NAMES.items():
        owner = owner_of(path)
        found = {title: [] for title in TITLES}
        for name in names.split():
            found["absent" if owner is None else state(path, owner, name)].append(name)
        counts = {title: len(some) for title, some in found.items()}
        for title, count in counts.items():
            totals[title] += count
        lines = [f"## `{path}`", "", f"{counts['present']} of {sum(counts.values())} work.", ""]
        for title, some in found.items():
            if some:
                lines += [f"{TITLES[title][0].upper()}{TITLES[title][1:]}:", ""]
                lines += textwrap.wrap(", ".join(f"`{name}`" for name in some), 116, break_on_hyphens=False)
                lines.append("")
        sections.append(("\n".join(lines), path, counts))
    print("## How many names there are\n")
    print(f"Of the {sum(totals.values())} public names of PyTorch {pytorch_names.VERSION} below, {totals['present']} work, "
          f"{totals['accepted']} are accepted without\neffect, {totals['refused']} refuse by name, and "
          f"{totals['absent']} are absent.\n")
    print("| | works | accepted | refuses | absent |\n|---|---|---|---|---|")
    for _, path, counts in sections:
        print(f"| `{path}` | " + " | ".join(str(count) for count in counts.values()) + " |")
    print()
    for text, _, _ in sections:
        print(text)


main()
