"""`torch.Generator`: the host's counter-based random numbers."""

from ._host import generator as _host_generator
from ._host import host


class Generator:
    """A stream of random numbers that its seed determines."""

    def __init__(self, device="cpu"):
        self._seed = 67280421310721
        self._stream = None

    def manual_seed(self, seed):
        """Starts the stream of `seed` from its beginning."""
        if not isinstance(seed, int):
            raise TypeError(f"manual_seed expected an int, but got {type(seed).__name__}")
        self._seed = seed % 2**64
        self._stream = None
        return self

    def initial_seed(self):
        return self._seed

    def seed(self):
        """A sandbox has no other source of randomness than its seed: the next draw of this stream becomes the seed."""
        return self.manual_seed(int.from_bytes(self.integers([1], 0, 2**62).read(), "little")).initial_seed()

    def get_state(self):
        raise NotImplementedError("torch.Generator.get_state is not available; manual_seed starts a stream anew")

    def _open(self):
        stream = self._stream
        if stream is None:
            stream = self._stream = _host_generator.Generator(self._seed)
        return stream

    def normal(self, shape, mean, deviation):
        return host(self._open().normal, shape, mean, deviation)

    def uniform(self, shape, low, high):
        return host(self._open().uniform, shape, low, high)

    def integers(self, shape, low, high):
        return host(self._open().integers, shape, low, high)

    def permutation(self, n):
        return host(self._open().permutation, n)

    def categorical(self, logits):
        return host(self._open().categorical, logits)


default_generator = Generator()


def of(generator):
    """`generator`, or the default one."""
    return default_generator if generator is None else generator


def initial_seed():
    """The seed of the default generator."""
    return default_generator.initial_seed()
