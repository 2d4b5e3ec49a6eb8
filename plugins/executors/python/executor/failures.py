"""An exception of the program as the value that crosses to its evaluator."""

import linecache
import traceback

from componentize_py_types import Err
from wit_world.imports.values import Failure

_MESSAGE_BYTES = 4096
_TRACEBACK_BYTES = 8192
_CHAIN = 4
# A deep recursion repeats itself; its ends tell enough.
_FRAMES = 40


def capped(text, limit, tail=False):
    """At most `limit` bytes of UTF-8: the beginning, or the end."""
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return data.decode("utf-8", "replace")
    data = b"..." + data[len(data) - limit + 3 :] if tail else data[: limit - 3] + b"..."
    return data.decode("utf-8", "ignore")


def failure(error, paths):
    """The failure that `error` is, with the frames of the files at `paths`. Never raises."""
    try:
        kind = capped(str(type(error).__name__), 256)
    except BaseException:
        kind = "Exception"
    try:
        message = capped(str(error), _MESSAGE_BYTES)
    except BaseException:
        message = "(its message could not be made)"
    try:
        trace = capped(_chain(error, paths), _TRACEBACK_BYTES, tail=True)
    except BaseException:
        trace = "(its traceback could not be made)"
    return Failure(kind, message, trace)


def _chain(error, paths):
    """The tracebacks of `error` and of what it came from, oldest first."""
    parts = []
    seen = set()
    while error is not None and id(error) not in seen and len(parts) < _CHAIN:
        seen.add(id(error))
        parts.append(_one(error, paths))
        if error.__cause__ is not None:
            error = error.__cause__
            parts[-1] = "\nThe above exception was the direct cause of the following exception:\n\n" + parts[-1]
        elif error.__context__ is not None and not error.__suppress_context__ and not isinstance(error.__context__, Err):
            # The host's own errors are no part of the program; the exception that was made of one says it all.
            error = error.__context__
            parts[-1] = "\nDuring handling of the above exception, another exception occurred:\n\n" + parts[-1]
        else:
            break
    return "".join(reversed(parts))


def _one(error, paths):
    frames = _frames(error.__traceback__, paths)
    lines = ["Traceback (most recent call last):\n"] if frames else []
    if len(frames) > _FRAMES:
        half = _FRAMES // 2
        left_out = f"  [{len(frames) - 2 * half} more frames]\n"
        lines.extend([*map(_written, frames[:half]), left_out, *map(_written, frames[-half:])])
    else:
        lines.extend(map(_written, frames))
    try:
        lines.extend(traceback.format_exception_only(type(error), error))
    except BaseException:
        lines.append(f"{type(error).__name__}\n")
    return "".join(lines)


def _frames(trace, paths):
    """(path, line, function) of the program's own frames, and of the last one below them."""
    frames, below = [], None
    while trace is not None:
        code = trace.tb_frame.f_code
        entry = (code.co_filename, trace.tb_lineno, code.co_name)
        if code.co_filename in paths:
            frames.append(entry)
            below = None
        else:
            below = entry
        trace = trace.tb_next
    if below is not None and frames and "/torch/" in below[0]:
        frames.append((below[0][below[0].rindex("/torch/") + 1 :], *below[1:]))
    return frames


def _written(frame):
    path, line, function = frame
    source = linecache.cache[path][2] if path in linecache.cache and len(linecache.cache[path]) == 4 else []
    text = source[line - 1].strip() if line is not None and 0 < line <= len(source) else ""
    return f'  File "{path}", line {line}, in {function}\n' + (f"    {text}\n" if text else "")
