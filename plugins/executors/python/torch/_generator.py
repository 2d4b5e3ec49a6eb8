"""`torch.Generator`: PyTorch's random numbers, drawn by the host."""

from ._base import Tensor, wrap
from ._dtype import check_device, uint8
from ._host import generator as _host_generator
from ._host import host, tensors

_DEFAULT_SEED = 67280421310721


def _whole(seed):
    seed = int(seed)
    if not -(2**63) <= seed < 2**64:
        raise ValueError("Overflow when unpacking long long")
    return seed % 2**64


class Generator:
    """A stream of random numbers that its seed determines."""

    __module__ = "torch._C"

    def __init__(self, device="cpu"):
        check_device(device)
        self._seed = _DEFAULT_SEED
        self._stream = None

    @property
    def device(self):
        from ._dtype import CPU

        return CPU

    def manual_seed(self, seed):
        """Starts the stream of `seed` from its beginning."""
        self._seed = _whole(seed)
        if self._stream is not None:
            self._stream.seed(self._seed)
        return self

    def initial_seed(self):
        """The seed this stream began with."""
        return self._seed

    def seed(self):
        """A sandbox has no other source of randomness than its seed: the next draw of this stream becomes the seed."""
        drawn = self.integers([1], 0, 2**62)
        return self.manual_seed(int.from_bytes(drawn.read(), "little")).initial_seed()

    def get_state(self):
        """Where the stream is, as bytes."""
        state = host(self.stream.state)
        return wrap(host(tensors.create, uint8.host, [len(state)], state), uint8)

    def set_state(self, new_state):
        """Goes on from where `get_state` was."""
        if not isinstance(new_state, Tensor):
            raise TypeError(f"expected a torch.ByteTensor, but got {type(new_state).__name__}")
        if new_state.dtype is not uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        host(self.stream.set_state, host(tensors.Tensor.read, new_state))
        return self

    def clone_state(self):
        """A generator of its own that goes on from here."""
        copy = Generator().manual_seed(self._seed)
        return copy.set_state(self.get_state())

    @property
    def stream(self):
        """The host's generator. It is made at the first draw, not while the package is loaded."""
        stream = self._stream
        if stream is None:
            stream = self._stream = _host_generator.Generator(self._seed)
        return stream

    def integers(self, shape, low, high):
        """The host's int64 numbers, `low` included, `high` excluded."""
        return host(self.stream.integers, shape, low, high)


default_generator = Generator()


def of(generator):
    """`generator`, or the default one."""
    if generator is None:
        return default_generator
    if not isinstance(generator, Generator):
        raise TypeError(f"argument 'generator' must be torch.Generator, not {type(generator).__name__}")
    return generator


def manual_seed(seed):
    """Seeds the generator that is used where none is given."""
    return default_generator.manual_seed(seed)


def seed():
    """A new seed for the default generator, drawn from its own stream."""
    return default_generator.seed()


def initial_seed():
    """The seed of the default generator."""
    return default_generator.initial_seed()


def get_rng_state():
    """Where the default generator is."""
    return default_generator.get_state()


def set_rng_state(new_state):
    """The default generator goes on from where `get_rng_state` was."""
    default_generator.set_state(new_state)
