"""The progress bar."""

import sys
import time


def _interval(seconds):
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


def _scaled(number, divisor=1000):
    for unit in ("", "k", "M", "G", "T"):
        if abs(number) < 999.5:
            return f"{number:.3g}{unit}" if unit else f"{number:g}"
        number /= divisor
    return f"{number:.3g}P"


class tqdm:
    """Walks over `iterable`, and says how far it has come."""

    monitor_interval = 0

    def __init__(self, iterable=None, desc=None, total=None, leave=True, file=None, ncols=None, mininterval=1.0,
                 maxinterval=10.0, miniters=None, ascii=None, disable=False, unit="it", unit_scale=False,
                 dynamic_ncols=False, smoothing=0.3, bar_format=None, initial=0, position=None, postfix=None,
                 unit_divisor=1000, write_bytes=False, lock_args=None, nrows=None, colour=None, delay=0, gui=False,
                 **kwargs):
        if total is None and iterable is not None and hasattr(iterable, "__len__"):
            total = len(iterable)
        self.iterable, self.total, self.leave, self.disable = iterable, total, leave, bool(disable)
        self.desc, self.unit, self.unit_scale, self.unit_divisor = desc or "", unit, unit_scale, unit_divisor
        self.n = self.initial = initial
        self.postfix, self.fp = "", file
        self.mininterval = max(mininterval, 1.0)
        self.start_t = self.last_print_t = time.time()
        self._closed = False
        if postfix:
            self.set_postfix(
    postfix,
    refresh=False) if isinstance(
        postfix,
        dict) else self.set_postfix_str(
            postfix,
             False)

    def __len__(self):
        return self.total if self.iterable is None else len(self.iterable)

    def __bool__(self):
        return self.total is None or self.total > 0

    def __iter__(self):
        try:
            for value in self.iterable:
                yield value
                self.update(1)
        finally:
            self.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def update(self, n=1):
        """So many more are done."""
        if self.disable:
            return None
        self.n += n
        now = time.time()
        if now - self.last_print_t >= self.mininterval:
            self.last_print_t = now
            self._print()
            return True
        return None

    def close(self):
        """The last line."""
        if self._closed:
            return
        self._closed = True
        if not self.disable and self.leave:
            self._print()

    def _number(self, value):
        return _scaled(value, self.unit_divisor) if self.unit_scale else str(value)

    @property
    def format_dict(self):
        elapsed = time.time() - self.start_t
        rate = (self.n - self.initial) / elapsed if elapsed > 0 else None
        return {"n": self.n, "total": self.total, "elapsed": elapsed, "rate": rate, "prefix": self.desc,
                "unit": self.unit,
                "postfix": self.postfix}

    def __str__(self):
        state = self.format_dict
        rate, elapsed = state["rate"], state["elapsed"]
        if rate is None:
            speed = f"?{self.unit}/s"
        elif rate >= 1:
            speed = (_scaled(rate) if self.unit_scale else f"{rate:.2f}") + f"{self.unit}/s"
        else:
            speed = f"{1 / rate if rate else 0:.2f}s/{self.unit}"
        postfix = f", {self.postfix}" if self.postfix else ""
        prefix = f"{self.desc}: " if self.desc and not self.desc.endswith(": ") else self.desc
        if not self.total:
            return f"{prefix}{self._number(self.n)}{self.unit} [{_interval(elapsed)}, {speed}{postfix}]"
        part = min(self.n / self.total, 1.0)
        left = _interval((self.total - self.n) / rate) if rate else "?"
        full = int(part * 10)
        bar = "█" * full + " " * (10 - full)
        return (f"{prefix}{int(100 * part):3d}%|{bar}| {self._number(self.n)}/{self._number(self.total)} "
                f"[{_interval(elapsed)}<{left}, {speed}{postfix}]")

    def _print(self):
        stream = self.fp or sys.stderr
        stream.write(str(self) + "\n")
        stream.flush()

    def refresh(self, nolock=False, lock_args=None):
        """Nothing at once: the next line shows it."""

    def set_description(self, desc=None, refresh=True):
        """What stands before the bar."""
        self.desc = f"{desc}: " if desc else ""

    def set_description_str(self, desc=None, refresh=True):
        """What stands before the bar, as it is."""
        self.desc = desc or ""

    def set_postfix(self, ordered_dict=None, refresh=True, **kwargs):
        """What stands behind the bar."""
        values = dict(ordered_dict or {}) | dict(sorted(kwargs.items()))
        shown = {name: f"{value:.3g}" if isinstance(value, (int, float)) else str(value).strip()
                 for name, value in values.items()}
        self.postfix = ", ".join(f"{name}={value}" for name, value in shown.items())

    def set_postfix_str(self, s="", refresh=True):
        """What stands behind the bar, as it is."""
        self.postfix = str(s)

    def reset(self, total=None):
        """From the beginning again."""
        self.n, self._closed = self.initial, False
        self.total = self.total if total is None else total
        self.start_t = self.last_print_t = time.time()

    def unpause(self):
        """The clock never stops."""

    def clear(self, nolock=False):
        """There is nothing to take away: each state is a line."""

    def display(self, msg=None, pos=None):
        """One line now."""
        if not self.disable:
            self._print()

    @classmethod
    def write(cls, s, file=None, end="\n", nolock=False):
        """A line of the program's own."""
        stream = file or sys.stdout
        stream.write(s + end)

    @classmethod
    def pandas(cls, *arguments, **options):
        raise NotImplementedError("tqdm.pandas is not available: there is no pandas in this sandbox")


def trange(*args, **kwargs):
    """`tqdm` over a `range`."""
    return tqdm(range(*args), **kwargs)


def tenumerate(iterable, start=0, total=None, **kwargs):
    """`enumerate` with a bar."""
    return enumerate(tqdm(iterable, total=total, **kwargs), start)
