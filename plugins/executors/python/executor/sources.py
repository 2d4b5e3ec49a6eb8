"""The program's files as modules."""

import builtins
import importlib.abc
import importlib.machinery
import linecache
import sys
import types

from executor.allowed import ABSENT, INSTEAD

# These are the sandbox's own; a file of that name would hide them.
_RESERVED = (
    "torch",
    "numpy",
    "einops",
    "tqdm",
    "typing_extensions",
    "proofhouse",
    "wit_world",
     "componentize_py_types")


class Sources(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of one program, and names what is not there."""

    def __init__(self, files, folder=""):
        """Paths are below `folder`, or are modules from their first part."""
        # By module name: (path, text). A folder is a package whether it has an `__init__.py` or not.
        self.modules = {}
        self.packages = set()
        for path, text in files:
            self._add(path, text, path[len(folder) :].removesuffix(".py").split("/"))

    def _add(self, path, text, parts):
        if reason := not_importable(path, parts):
            raise ValueError(f"{path}: {reason}")
        for depth in range(1, len(parts)):
            self.packages.add(".".join(parts[:depth]))
        if parts[-1] == "__init__" and len(parts) > 1:
            parts.pop()
            self.packages.add(".".join(parts))
        self.modules[".".join(parts)] = (path, text)
        _keep_lines(path, text)

    def name_of(self, path):
        """The module name of the file at `path`."""
        for name, (own, _) in self.modules.items():
            if own == path:
                return name
        raise ValueError(f"{path} is not among the program's files: {', '.join(p for p, _ in self.modules.values())}")

    def install(self):
        """From now on `import` finds these modules, and nothing on a file system."""
        gone = ABSENT | {name.partition(".")[0] for name in self.modules.keys() | self.packages}
        for name in [loaded for loaded in sys.modules if loaded.partition(".")[0] in gone]:
            del sys.modules[name]
        kept = [finder for finder in sys.meta_path if finder in (importlib.machinery.BuiltinImporter,
                                                                 importlib.machinery.FrozenImporter)]
        sys.meta_path[:] = [self, *kept, _Absent()]

    # The import system's side.

    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] in ABSENT and fullname not in self.modules:
            raise ModuleNotFoundError(_not_there(fullname), name=fullname)
        if fullname not in self.modules and fullname not in self.packages:
            return None
        origin = self.modules.get(fullname, (fullname.replace(".", "/"), ""))[0]
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=origin, is_package=fullname in self.packages)
        spec.has_location = fullname in self.modules
        return spec

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        if module.__name__ in self.modules:
            path, text = self.modules[module.__name__]
            exec(compile(text, path, "exec", dont_inherit=True), module.__dict__)

    def get_source(self, fullname):
        """The text of a module, for `inspect` and `linecache`."""
        return self.modules[fullname][1] if fullname in self.modules else None

    def run(self, path):
        """Runs the file at `path` as a module; returns it."""
        name = self.name_of(path)
        module = types.ModuleType(name)
        module.__file__ = path
        module.__spec__ = self.find_spec(name)
        module.__loader__ = self
        sys.modules[name] = module
        self.exec_module(module)
        return module

    def run_main(self, path, text, arguments):
        """Runs a program's main file as `__main__`."""
        sys.argv[:] = [path, *arguments]
        module = types.ModuleType("__main__")
        module.__file__ = path
        module.__builtins__ = builtins
        sys.modules["__main__"] = module
        _keep_lines(path, text)
        exec(compile(text, path, "exec", dont_inherit=True), module.__dict__)


def not_importable(path, parts):
    """Why the file at `path` is no module of the name that `parts` make; None where it is one."""
    if not path.endswith(".py"):
        return "a program's files are Python files"
    if not all(part.isidentifier() for part in parts):
        return "cannot be imported by that name; use letters, digits and underscores"
    if parts[0] in _RESERVED:
        return f"would hide the module {parts[0]} of the sandbox; use another name"
    return None


def _keep_lines(path, text):
    """For tracebacks and `inspect`."""
    linecache.cache[path] = (len(text), None, text.splitlines(True), path)


class _Absent(importlib.abc.MetaPathFinder):
    """Says of everything else that it is not there."""

    def find_spec(self, fullname, path=None, target=None):
        raise ModuleNotFoundError(_not_there(fullname), name=fullname)


def _not_there(fullname):
    near = INSTEAD.get(fullname.partition(".")[0])
    return f"No module named '{fullname}' in this sandbox" + (
        f"; the nearest is {near}" if near else
        " (in it there are torch, numpy, einops, tqdm, proofhouse, the program's own files, and the standard "
        "library without "
        "processes and networks)"
    )
