"""The Python executor: exports `program` of proofhouse:compute."""

import gc
import importlib
import os
import pkgutil
import random
import sys

import einops
import executor.allowed  # noqa: F401
import numpy
import proofhouse  # noqa: F401
import torch
import wit_world.exports as exports
from componentize_py_types import Err
from executor import device_time, paths, script
from executor.crossing import argument, results
from executor.failures import failure
from executor.files import Tree
from executor.sources import Sources
from torch import _dropping

# What a function imports only when it is called has to be in the component too.
for _package in (einops, numpy, torch):
    for _found in pkgutil.walk_packages(_package.__path__, _package.__name__ + "."):
        importlib.import_module(_found.name)

device_time.install()
_dropping.install()


class _Loaded:
    """The program of this sandbox; there is one."""

    main = None
    paths = frozenset()


def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            # The program may have replaced or closed it.
            pass


def _seed():
    """Python's and NumPy's generators begin anew: what they drew when the component was built is not for programs."""
    random.seed(int.from_bytes(os.urandom(8), "little"))
    numpy.random._state._begin_anywhere(int.from_bytes(os.urandom(8), "little"))


class Program(exports.Program):
    """`load` once, then `invoke`; or `run` once."""

    def load(self, files, main):
        try:
            _dropping.uninstall()
            _seed()
            _Loaded.paths = frozenset(file.path for file in files)
            sources = Sources([(file.path, file.text) for file in files])
            sources.install()
            tree = Tree()
            paths.add_sources(tree, [(file.path, file.text) for file in files])
            paths.install(tree)
            _Loaded.main = sources.run(main)
        except BaseException as error:
            raise Err(failure(error, _Loaded.paths)) from None
        finally:
            _flush()

    def run(self, files, main, arguments):
        try:
            _dropping.uninstall()
            _seed()
            return script.run(files, main, arguments)
        finally:
            _flush()

    def invoke(self, entry, arguments):
        try:
            function = getattr(_Loaded.main, entry, None)
            if not callable(function):
                raise AttributeError(f"the program defines no function {entry!r}")
            return results(entry, function(*[argument(value) for value in arguments]))
        except BaseException as error:
            raise Err(failure(error, _Loaded.paths)) from None
        finally:
            _flush()


# What exists now lives as long as the sandbox: the collector need not look at it again.
gc.collect()
gc.freeze()
