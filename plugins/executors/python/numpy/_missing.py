"""What is not there says so, and names the nearest thing that is."""

import difflib

_INSTEAD = {
    "char": "str's own methods", "strings": "str's own methods", "ma": "a boolean mask", "matrix": "numpy.array",
    "recarray": "one array for each field", "datetime64": "datetime", "timedelta64": "datetime.timedelta",
    "longdouble": "numpy.float64", "float128": "numpy.float64", "clongdouble": "numpy.complex128", "object_": "a list",
    "void": "bytes", "f2py": "the program's own "
    "Python", "ctypeslib": "numpy.frombuffer",
    "polynomial": "numpy.polyfit and numpy.polyval", "genfromtxt": "numpy.loadtxt",
}


def absent_method(self, name):
    """The same for an array."""
    near = [] if name.startswith("_") else difflib.get_close_matches(name, dir(type(self)), 2, 0.6)
    hint = " in this sandbox; the nearest is " + " or ".join(f"ndarray.{n}" for n in near) if near else ""
    raise AttributeError(f"'numpy.ndarray' object has no attribute '{name}'{hint}")


def absent(where, name, names):
    """Raises the AttributeError of a name that `where` does not have."""
    if name.startswith("__"):
        raise AttributeError(f"module '{where}' has no attribute '{name}'")
    instead = _INSTEAD.get(name)
    if instead is None:
        near = difflib.get_close_matches(name, [n for n in names if not n.startswith("_")], 2, 0.6)
        instead = " or ".join(f"{where}.{n}" for n in near)
    hint = f"; the nearest is {instead}" if instead else ""
    raise AttributeError(f"module '{where}' has no attribute '{name}' in this sandbox{hint}")
