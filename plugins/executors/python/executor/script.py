"""A program run whole: `python FILE ARGUMENTS`, with the files of the sandbox."""

import atexit
import contextlib
import sys

from componentize_py_types import Err
from executor import paths
from executor.failures import failure
from executor.files import Tree
from executor.sources import Sources, not_importable
from wit_world.imports import data

_HINT = "; grant data with --data NAME=FILE"


def run(files, main, arguments):
    """The exit status of the file `main`; an exception that ends it is written as Python does, and crosses."""
    try:
        return _status(files, main, arguments)
    except BaseException as error:
        raised = failure(error, {file.path for file in files})
        _report(error, raised.traceback)
        raise Err(raised) from None
    finally:
        atexit._run_exitfuncs()


def _status(files, main, arguments):
    folder = main[: main.rindex("/") + 1] if "/" in main else ""
    tree = Tree()
    tree.hint = _HINT
    paths.add_sources(tree, [(file.path, file.text) for file in files])
    paths.add_granted(tree, data.files(), folder)
    paths.install(tree)
    for stream in (sys.stdout, sys.stderr):
        # Whoever watches sees each line when it is printed.
        stream.reconfigure(line_buffering=True, write_through=False)
    sources = Sources([(file.path, file.text) for file in files if _importable(file.path, folder)], folder)
    sources.install()
    text = next(file.text for file in files if file.path == main)
    try:
        sources.run_main(main, text, arguments)
    except SystemExit as end:
        return _exit_status(end.code)
    return 0


def _importable(path, folder):
    return not not_importable(path, path[len(folder) :].removesuffix(".py").split("/"))


def _exit_status(code):
    """The exit status of `sys.exit(code)`."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def _report(error, written):
    """Says what failed: by the program's own hook where it has one."""
    try:
        if sys.excepthook is not sys.__excepthook__:
            return sys.excepthook(type(error), error, error.__traceback__)
        sys.stdout.flush()
        print(written, end="", file=sys.stderr)
    except BaseException:
        # The program closed or replaced what was needed for it, perhaps all there is.
        with contextlib.suppress(BaseException):
            print(written, end="", file=sys.__stderr__)
