"""`RandomState`: NumPy's old generator, whose numbers never change."""

import math

from .._making import array, asarray
from ._bits import MT19937
from ._drawing import Drawing, count_of, extents, filled, of_list, spread


class RandomState(Drawing):
    """Random numbers of MT19937, as NumPy has always drawn them."""

    def __init__(self, seed=None):
        self.seed(seed)

    def seed(self, seed=None):
        """Begins the stream of `seed`: a number or several."""
        if isinstance(seed, MT19937):
            self._bits = seed
        else:
            self._bits = MT19937(seed.tolist() if hasattr(seed, "tolist") else seed)
        self._spare = None

    def _begin_anywhere(self, seed):
        self._bits.begin_anywhere(seed)
        self._spare = None

    def get_state(self, legacy=True):
        """Where the stream is."""
        words, at = self._bits.words()
        return "MT19937", array(words, dtype="uint32"), at, int(self._spare is not None), self._spare or 0.0

    def set_state(self, state):
        """Goes on from there."""
        self._bits.state_words([int(word) for word in state[1]], int(state[2]))
        self._spare = state[4] if len(state) > 4 and state[3] else None

    def _below(self, limit):
        return self._bits.masked(limit) if limit else 0

    def _uniforms(self, count):
        draw = self._bits.double
        return [draw() for _ in range(count)]

    def _gauss(self):
        """One normal number; Marsaglia's polar method makes two at a time."""
        if self._spare is not None:
            value, self._spare = self._spare, None
            return value
        draw = self._bits.double
        while True:
            x, y = 2.0 * draw() - 1.0, 2.0 * draw() - 1.0
            square = x * x + y * y
            if 0.0 < square < 1.0:
                break
        factor = math.sqrt(-2.0 * math.log(square) / square)
        self._spare = factor * x
        return factor * y

    def _gauss_list(self, count):
        """`count` normal numbers; as `_gauss` would give them, without a call for each."""
        draw, sqrt, log, values = self._bits.double, math.sqrt, math.log, []
        if count and self._spare is not None:
            values.append(self._gauss())
        while len(values) < count:
            x, y = 2.0 * draw() - 1.0, 2.0 * draw() - 1.0
            square = x * x + y * y
            if 0.0 < square < 1.0:
                factor = sqrt(-2.0 * log(square) / square)
                values += (factor * y, factor * x)
        if len(values) > count:
            self._spare = values.pop()
        return values

    def random_sample(self, size=None):
        """Numbers in [0, 1)."""
        return filled(self._bits.double, size)

    random = ranf = sample = random_sample

    def rand(self, *args):
        """Numbers in [0, 1), in the shape of the arguments."""
        return self.random_sample(args or None)

    def standard_normal(self, size=None):
        """Normal numbers."""
        shape = extents(size)
        return self._gauss() if shape is None else of_list(self._gauss_list(count_of(shape)), shape)

    def randn(self, *args):
        """Normal numbers, in the shape of the arguments."""
        return self.standard_normal(args or None)

    def normal(self, loc=0.0, scale=1.0, size=None):
        """Normal numbers around `loc`."""
        if not getattr(scale, "ndim", 0) and not isinstance(scale, (list, tuple)) and scale < 0:
            raise ValueError("scale < 0")
        return spread(lambda mean, deviation: mean + deviation * self._gauss(), size, loc, scale)

    def uniform(self, low=0.0, high=1.0, size=None):
        """Numbers from `low` to `high`."""
        return spread(lambda a, b: a + (b - a) * self._bits.double(), size, low, high)

    def randint(self, low, high=None, size=None, dtype=int):
        """Whole numbers from `low` (included) to `high` (excluded)."""
        made = self._whole_numbers(low, high, size, dtype, False, True)
        return int(made) if size is None and dtype is int and not getattr(made, "ndim", 0) else made

    def random_integers(self, low, high=None, size=None):
        """Whole numbers from `low` to `high`, both included."""
        return self.randint(1 if high is None else low, (low if high is None else high) + 1, size)

    def bytes(self, length):
        """Random bytes."""
        words = -(-length // 4)
        return b"".join(self._bits.next32().to_bytes(4, "little") for _ in range(words))[:length]

    def choice(self, a, size=None, replace=True, p=None):
        """Elements of `a`, or numbers below it."""
        source, count, wanted = self._choices(a, size, 0)
        if p is not None:
            p = self._weighted(count, p, replace, None)
        if replace:
            if p is not None:
                places = self._by_chance(p, wanted)
            else:
                drawn = self.randint(0, count, size=extents(size) or [1])
                places = asarray(drawn).ravel().tolist()
        else:
            if wanted > count:
                raise ValueError("Cannot take a larger sample than population when 'replace=False'")
            places = self._by_chance_once(p, wanted) if p is not None else self._order(count)[:wanted]
        return self._chosen(source, places, size, 0)

    def exponential(self, scale=1.0, size=None):
        """Waiting times of mean `scale`."""
        return spread(lambda mean: mean * -math.log(1.0 - self._bits.double()), size, scale)

    def standard_exponential(self, size=None):
        """Waiting times of mean 1."""
        return self.exponential(1.0, size)

    def lognormal(self, mean=0.0, sigma=1.0, size=None):
        """Numbers whose logarithm is normal."""
        return spread(lambda m, s: math.exp(m + s * self._gauss()), size, mean, sigma)

    def rayleigh(self, scale=1.0, size=None):
        """The length of a vector of two normal numbers."""
        return spread(lambda s: s * math.sqrt(-2.0 * math.log1p(-self._bits.double())), size, scale)

    def weibull(self, a, size=None):
        """Waiting times to the power 1/a."""
        return spread(lambda k: (-math.log(1.0 - self._bits.double())) ** (1.0 / k) if k else 0.0, size, a)

    def pareto(self, a, size=None):
        """Numbers with a tail that falls as a power."""
        return spread(lambda k: math.exp(-math.log(1.0 - self._bits.double()) / k) - 1.0, size, a)

    def chisquare(self, df, size=None):
        """The sum of `df` squared normal numbers."""
        return spread(lambda k: 2.0 * self._gamma(k / 2.0), size, df)

    def standard_cauchy(self, size=None):
        """The quotient of two normal numbers."""
        return filled(lambda: self._gauss() / self._gauss(), size)

    def laplace(self, loc=0.0, scale=1.0, size=None):
        """Numbers with exponential tails."""
        return spread(self._laplace, size, loc, scale)

    def _laplace(self, loc, scale):
        while True:
            u = self._bits.double()
            if u >= 0.5:
                return loc - scale * math.log(2.0 - u - u)
            if u > 0.0:
                return loc + scale * math.log(u + u)

    def gumbel(self, loc=0.0, scale=1.0, size=None):
        """The largest of many."""
        return spread(self._gumbel, size, loc, scale)

    def _gumbel(self, loc, scale):
        while (u := 1.0 - self._bits.double()) >= 1.0:
            pass
        return loc - scale * math.log(-math.log(u))

    def logistic(self, loc=0.0, scale=1.0, size=None):
        """Numbers of the logistic distribution."""
        def draw(middle, width):
            u = self._bits.double()
            return middle + width * math.log(u / (1.0 - u))

        return spread(draw, size, loc, scale)

    def standard_gamma(self, shape, size=None):
        """Numbers of the gamma distribution."""
        return spread(self._gamma, size, shape)

    def gamma(self, shape, scale=1.0, size=None):
        """Numbers of the gamma distribution."""
        return spread(lambda k, s: s * self._gamma(k), size, shape, scale)

    def _gamma(self, shape):
        double = self._bits.double
        if shape == 1.0:
            return -math.log(1.0 - double())
        if shape == 0.0:
            return 0.0
        if shape < 1.0:
            while True:
                u, v = double(), -math.log(1.0 - double())
                if u <= 1.0 - shape:
                    x = u ** (1.0 / shape)
                    if x <= v:
                        return x
                else:
                    y = -math.log((1 - u) / shape)
                    x = (1.0 - shape + shape * y) ** (1.0 / shape)
                    if x <= v + y:
                        return x
        b = shape - 1.0 / 3.0
        c = 1.0 / math.sqrt(9 * b)
        while True:
            while True:
                x = self._gauss()
                v = 1.0 + c * x
                if v > 0.0:
                    break
            v = v * v * v
            u = double()
            if u < 1.0 - 0.0331 * (x * x) * (x * x) or math.log(u) < 0.5 * x * x + b * (1.0 - v + math.log(v)):
                return b * v

    def beta(self, a, b, size=None):
        """Numbers of the beta distribution; of parameters above 1 at least in one place."""
        return spread(self._beta, size, a, b)

    def _beta(self, a, b):
        if a <= 1.0 and b <= 1.0:
            while True:
                u, v = self._bits.double(), self._bits.double()
                x, y = u ** (1.0 / a), v ** (1.0 / b)
                if 0 < x + y <= 1.0:
                    return x / (x + y)
        first = self._gamma(a)
        return first / (first + self._gamma(b))

    def dirichlet(self, alpha, size=None):
        """Shares that sum to 1."""
        alpha = asarray(alpha).tolist()
        shape = extents(size) or []
        rows = []
        for _ in range(count_of(shape)):
            row = [self._gamma(a) for a in alpha]
            total = 1.0 / sum(row)
            rows.append([value * total for value in row])
        return array(rows).reshape([*shape, len(alpha)])

    def binomial(self, n, p, size=None):
        """How often something of chance `p` happens in `n` tries."""
        made = spread(lambda tries, chance: self._binomial(int(tries), chance), size, n, p)
        return int(made) if size is None and not getattr(made, "ndim", 0) else made.astype(int)

    def _binomial(self, n, p):
        if not 0 <= p <= 1:
            raise ValueError("p < 0, p > 1 or p is NaN")
        if n == 0 or p == 0.0:
            return 0
        if p > 0.5:
            return n - self._binomial(n, 1.0 - p)
        if p * n > 30.0:
            raise NotImplementedError(
                "RandomState.binomial with n · min(p, 1 - p) above 30 is not available; the nearest is "
                "(random.rand(n) < p).sum()"
            )
        q = 1.0 - p
        qn, np = math.exp(n * math.log(q)), n * p
        bound = int(min(n, np + 10.0 * math.sqrt(np * q + 1)))
        x, px, u = 0, qn, self._bits.double()
        while u > px:
            x += 1
            if x > bound:
                x, px, u = 0, qn, self._bits.double()
            else:
                u -= px
                px = ((n - x + 1) * p * px) / (x * q)
        return x

    def poisson(self, lam=1.0, size=None):
        """How often something happens that happens `lam` times on average."""
        made = spread(self._poisson, size, lam)
        return int(made) if size is None and not getattr(made, "ndim", 0) else made.astype(int)

    def _poisson(self, rate):
        if rate >= 10:
            raise NotImplementedError(
                "RandomState.poisson of 10 and more is not available; the nearest is torch.poisson")
        if rate == 0:
            return 0
        limit, count, product = math.exp(-rate), 0, 1.0
        while True:
            product *= self._bits.double()
            if product <= limit:
                return count
            count += 1

    def multinomial(self, n, pvals, size=None):
        """How often each of several things happens in `n` tries."""
        chances, shape = asarray(pvals).tolist(), extents(size) or []
        if sum(chances[:-1]) > 1.0 + 1e-12:
            raise ValueError("sum(pvals[:-1]) > 1.0")
        rows = []
        for _ in range(count_of(shape)):
            left, rest, row = n, 1.0, [0] * len(chances)
            for place, chance in enumerate(chances[:-1]):
                row[place] = self._binomial(left, chance / rest)
                left -= row[place]
                if left <= 0:
                    break
                rest -= chance
            row[-1] = max(left, 0)
            rows.append(row)
        return array(rows).reshape([*shape, len(chances)])

    def multivariate_normal(self, mean, cov, size=None, check_valid="warn", tol=1e-8):
        raise NotImplementedError(
            "multivariate_normal is not available: NumPy's numbers depend on the signs of its SVD; the nearest is "
            "mean + randn(len(mean)) @ linalg.cholesky(cov).T"
        )

    def __reduce__(self):
        return _restored, (self.get_state(),)

    def __getattr__(self, name):
        from .._missing import absent

        return absent("numpy.random", name, dir(RandomState))


def _restored(state):
    made = RandomState(0)
    made.set_state(state)
    return made
