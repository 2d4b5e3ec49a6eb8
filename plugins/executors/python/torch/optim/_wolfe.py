"""A line search that ends where the strong Wolfe conditions hold (Nocedal, Wright 2006, algorithms 3.5 and 3.6)."""

import math


class _Point:
    """A step along the direction: the loss there, its gradient, and its slope."""

    __slots__ = ("at", "loss", "gradient", "slope")

    def __init__(self, at, loss, gradient, slope):
        self.at, self.loss, self.gradient, self.slope = at, loss, gradient, slope


def _lowest_of_cubic(a, b, bounds=None):
    """Where the cubic through both points with their slopes is lowest, within `bounds`."""
    low, high = bounds or ((a.at, b.at) if a.at <= b.at else (b.at, a.at))
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.at - b.at)
    square = d1 * d1 - a.slope * b.slope
    if not square >= 0:
        return (low + high) / 2.0
    d2 = math.sqrt(square)
    first, second = (a, b) if a.at <= b.at else (b, a)
    divisor = second.slope - first.slope + 2 * d2
    if divisor == 0:
        return (low + high) / 2.0
    lowest = second.at - (second.at - first.at) * ((second.slope + d2 - d1) / divisor)
    return min(max(lowest, low), high)


def _inside(t, ends, stalled):
    """`t`, kept away from the ends of the interval when it stays near them; and whether it is near now."""
    low, high = min(ends), max(ends)
    margin = 0.1 * (high - low)
    if min(high - t, t - low) >= margin:
        return t, False
    if not (stalled or t >= high or t <= low):
        return t, True
    return (high - margin if abs(t - high) < abs(t - low) else low + margin), False


def strong_wolfe(evaluate, t, width, loss, gradient, slope, most, c1=1e-4, c2=0.9, tolerance=1e-9):
    """The loss, the gradient and the step where the conditions hold, and the number of evaluations.

    `evaluate(t)` gives loss, gradient and slope at `t`; `width` is the direction's largest part, `most` the largest
    number of iterations.
    """
    start = _Point(0, loss, gradient, slope)
    point, evaluations, iteration = _Point(t, *evaluate(t)), 1, 0

    def too_high(point):
        return point.loss > start.loss + c1 * point.at * start.slope

    previous, bracket, done = start, None, False
    while iteration < most:
        passed = too_high(point) or (iteration > 1 and point.loss >= previous.loss)
        if not passed and abs(point.slope) <= -c2 * start.slope:
            bracket, done = [point], True
            break
        if passed or point.slope >= 0:
            bracket = [previous, point]
            break
        t = _lowest_of_cubic(previous, point, (point.at + 0.01 * (point.at - previous.at), point.at * 10))
        previous, point = point, _Point(t, *evaluate(t))
        evaluations += 1
        iteration += 1
    if bracket is None:
        bracket = [start, point]
    low, high = (0, len(bracket) - 1) if bracket[0].loss <= bracket[-1].loss else (1, 0)
    stalled = False
    while not done and iteration < most:
        if abs(bracket[1].at - bracket[0].at) * width < tolerance:
            break
        t, stalled = _inside(_lowest_of_cubic(*bracket), [end.at for end in bracket], stalled)
        point = _Point(t, *evaluate(t))
        evaluations += 1
        iteration += 1
        if too_high(point) or point.loss >= bracket[low].loss:
            bracket[high] = point
            low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
            continue
        if abs(point.slope) <= -c2 * start.slope:
            done = True
        elif point.slope * (bracket[high].at - bracket[low].at) >= 0:
            bracket[high] = bracket[low]
        bracket[low] = point
    best = bracket[low]
    return best.loss, best.gradient, best.at, evaluations
