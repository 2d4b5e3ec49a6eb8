"""The same bar."""

from ._bar import tqdm, trange  # noqa: F401
