"""Where random bits come from: MT19937 and PCG64, as NumPy seeds and draws them."""

import operator
import os
import random

_M32, _M64, _M128 = (1 << 32) - 1, (1 << 64) - 1, (1 << 128) - 1


class Bits:
    """Random numbers of 32 and 64 bits, and from them numbers below a limit."""

    def __init__(self):
        # What is left of a number of 32 bits, for smaller ones.
        self._rest, self._left = 0, 0

    def double(self):
        """In [0, 1), of 53 bits."""
        return (self.next64() >> 11) * (1.0 / 9007199254740992.0)

    def single(self):
        """In [0, 1), of 24 bits."""
        return (self.next32() >> 8) * (1.0 / 16777216.0)

    def masked(self, limit):
        """From 0 to `limit`, both included: bits until they are small enough."""
        mask = (1 << limit.bit_length()) - 1
        draw = self.next32 if limit <= _M32 else self.next64
        while (value := draw() & mask) > limit:
            pass
        return value

    def multiplied(self, limit):
        """From 0 to `limit`, both included: by Lemire's method."""
        if limit == 0:
            return 0
        bits, draw = (32, self.next32) if limit <= _M32 else (64, self.next64)
        full = (1 << bits) - 1
        if limit == full:
            return draw()
        count = limit + 1
        product = draw() * count
        if product & full < count:
            threshold = (full - limit) % count
            while product & full < threshold:
                product = draw() * count
        return product >> bits

    def small(self, limit, bits, masked):
        """From 0 to `limit` of 8 or 16 bits, which are cut from 32."""
        if limit == 0:
            return 0
        full = (1 << bits) - 1
        if limit == full:
            return self._piece(bits)
        if masked:
            mask = (1 << limit.bit_length()) - 1
            while (value := self._piece(bits) & mask) > limit:
                pass
            return value
        count = limit + 1
        product = self._piece(bits) * count
        if product & full < count:
            threshold = (full - limit) % count
            while product & full < threshold:
                product = self._piece(bits) * count
        return product >> bits

    def _piece(self, bits):
        if not self._left:
            self._rest, self._left = self.next32(), 32 // bits
        value = self._rest & ((1 << bits) - 1)
        self._rest >>= bits
        self._left -= 1
        return value

    def forget_pieces(self):
        """A new call begins with fresh bits."""
        self._left = 0


class MT19937(Bits):
    """The Mersenne twister; Python's own `random` has the same."""

    def __init__(self, seed=None):
        super().__init__()
        self._random = random.Random()
        if seed is None:
            seed = int.from_bytes(os.urandom(4), "little")
        self.state_words([_M32 & 0] * 624, 624)
        self._begin(seed)

    def _begin(self, seed):
        try:
            seed = operator.index(seed)
        except TypeError:
            self._begin_of_words([operator.index(word) for word in seed])
            return
        if not 0 <= seed <= _M32:
            raise ValueError("Seed must be between 0 and 2**32 - 1")
        self.state_words(_generated(seed), 624)

    def _begin_of_words(self, key):
        """`init_by_array` of the reference implementation."""
        if not key:
            raise ValueError("Seed must be non-empty")
        if any(not 0 <= word <= _M32 for word in key):
            raise ValueError("Seed must be between 0 and 2**32 - 1")
        state, i, j = _generated(19650218), 1, 0
        for _ in range(max(624, len(key))):
            state[i] = ((state[i] ^ (state[i - 1] ^ state[i - 1] >> 30) * 1664525) + key[j] + j) & _M32
            i, j = i + 1, (j + 1) % len(key)
            if i >= 624:
                state[0], i = state[623], 1
        for _ in range(623):
            state[i] = ((state[i] ^ (state[i - 1] ^ state[i - 1] >> 30) * 1566083941) - i) & _M32
            i += 1
            if i >= 624:
                state[0], i = state[623], 1
        state[0] = 1 << 31
        self.state_words(state, 624)

    def state_words(self, words, at):
        """Goes on from here: 624 words, and which comes next."""
        self._random.setstate((3, (*words, at), None))
        self.next32 = lambda draw=self._random.getrandbits: draw(32)
        self.double = self._random.random

    def begin_anywhere(self, seed):
        """Some stream that `seed` determines, quickly: for programs that ask for none in particular."""
        self._random.seed(seed)
        self.forget_pieces()

    def words(self):
        """The 624 words, and which comes next."""
        state = self._random.getstate()[1]
        return list(state[:624]), state[624]

    def next64(self):
        return self.next32() << 32 | self.next32()


def _generated(seed):
    """`init_genrand` of the reference implementation."""
    words = [seed]
    for place in range(1, 624):
        before = words[-1]
        words.append((1812433253 * (before ^ before >> 30) + place) & _M32)
    return words


class SeedSequence:
    """Many well mixed words of one seed."""

    def __init__(self, entropy=None, *, spawn_key=(), pool_size=4, n_children_spawned=0):
        self.entropy = int.from_bytes(os.urandom(16), "little") if entropy is None else entropy
        self.spawn_key, self.pool_size, self.n_children_spawned = tuple(spawn_key), pool_size, n_children_spawned
        words = self._words(self.entropy)
        if self.spawn_key:
            words += [0] * (pool_size - len(words))
            for key in self.spawn_key:
                words += self._words(key)
        self._mix(words)

    def _words(self, value):
        if not hasattr(value, "__index__"):
            return [word for part in value for word in self._words(part)]
        value = operator.index(value)
        if value < 0:
            raise ValueError("expected non-negative integer")
        words = [value & _M32]
        while value := value >> 32:
            words.append(value & _M32)
        return words

    def _mix(self, words):
        constant = 0x43B0D7E5

        def hashed(value):
            nonlocal constant
            value ^= constant
            constant = constant * 0x931E8875 & _M32
            value = value * constant & _M32
            return value ^ value >> 16

        def mixed(x, y):
            value = (0xCA01F9DD * x - 0x4973F715 * y) & _M32
            return value ^ value >> 16

        size = self.pool_size
        pool = [hashed(words[place] if place < len(words) else 0) for place in range(size)]
        for source in range(size):
            for target in range(size):
                if source != target:
                    pool[target] = mixed(pool[target], hashed(pool[source]))
        for word in words[size:]:
            for target in range(size):
                pool[target] = mixed(pool[target], hashed(word))
        self.pool = pool

    def generate_words(self, count):
        """`count` words of 32 bits."""
        constant, words = 0x8B51F9DD, []
        for place in range(count):
            value = self.pool[place % self.pool_size] ^ constant
            constant = constant * 0x58F38DED & _M32
            value = value * constant & _M32
            words.append(value ^ value >> 16)
        return words

    def generate_state(self, n_words, dtype="uint32"):
        """`n_words` words as an array."""
        from .._making import array
        from .._types import named

        kind = named(dtype)
        words = self.generate_words(n_words * kind.itemsize // 4)
        if kind.itemsize == 8:
            words = [low | high << 32 for low, high in zip(words[::2], words[1::2])]
        return array(words, dtype=kind)

    def spawn(self, n_children):
        """Other sequences, independent of each other."""
        start = self.n_children_spawned
        self.n_children_spawned += n_children
        return [SeedSequence(self.entropy, spawn_key=(*self.spawn_key, key))
                             for key in range(start, start + n_children)]


class PCG64(Bits):
    """PCG XSL RR 128/64, by M. O'Neill."""

    _MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645

    def __init__(self, seed=None):
        super().__init__()
        self.seed_seq = seed if isinstance(seed, SeedSequence) else SeedSequence(seed)
        words = self.seed_seq.generate_words(8)
        a, b, c, d = (words[place] | words[place + 1] << 32 for place in range(0, 8, 2))
        self._increment = ((c << 64 | d) << 1 | 1) & _M128
        self._state = (self._increment + (a << 64 | b)) * self._MULTIPLIER + self._increment & _M128
        self._half = None

    def next64(self):
        state = self._state = self._state * self._MULTIPLIER + self._increment & _M128
        value, turn = (state >> 64) ^ (state & _M64), state >> 122
        return (value >> turn | value << (64 - turn)) & _M64

    def next32(self):
        if self._half is not None:
            value, self._half = self._half, None
            return value
        value = self.next64()
        self._half = value >> 32
        return value & _M32

    @property
    def state(self):
        """Where the stream is."""
        return {"bit_generator": "PCG64", "state": {"state": self._state, "inc": self._increment},
                "has_uint32": int(self._half is not None), "uinteger": self._half or 0}

    @state.setter
    def state(self, state):
        self._state, self._increment = state["state"]["state"], state["state"]["inc"]
        self._half = state["uinteger"] if state["has_uint32"] else None

    def jumped(self, jumps=1):
        raise NotImplementedError("PCG64.jumped is not available; the nearest is SeedSequence.spawn")
