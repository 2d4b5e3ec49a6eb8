"""tqdm: a line on standard error that says how far a loop has come, at most once in a second of the sandbox's clock."""

from ._bar import tqdm, trange  # noqa: F401
from . import auto, autonotebook, contrib, notebook, std  # noqa: F401

tqdm_notebook, tnrange = tqdm, trange
__version__ = "4.67.0+proofhouse"
__all__ = ["tqdm", "tqdm_notebook", "tnrange", "trange"]
