"""A language model that counts n-grams, with the modified smoothing of Kneser and Ney, interpolated.

With ``c(h w)`` how often the token w came behind the history h, and ``h'`` the history without its first token,

    p(w | h) = (c(h w) - D[c(h w)] + (sum of D[c(h v)] over all v) p(w | h')) / (sum of c(h v) over all v)

so that what the discounts D take from the tokens seen there goes to all tokens, in the proportions of the shorter
history; without any history, in equal parts; behind a history never seen, p is that of the shorter one. Below the
highest order a count is not how often ``h w`` came, but behind how many different tokens. The discounts, of a count of
1, of 2, of 3 and more, come from the numbers ``n`` of grams whose count is 1 to 4:

    D[k] = k - (k + 1) y n[k + 1] / n[k]        with  y = n[1] / (n[1] + 2 n[2])

and are at least 0.1, so that no token is ever held impossible, however few the counts are.

Reference: Chen and Goodman (1999), "An empirical study of smoothing techniques for language modeling", sec. 3.
"""

import numpy as np

import fnn


@fnn.record
class Order:
    """The grams of one length and their histories, as sorted numbers, with the terms of their probabilities."""

    grams: fnn.IntArray
    kept: fnn.Array
    histories: fnn.IntArray
    taken: fnn.Array
    totals: fnn.Array


def count_grams(tokens: fnn.IntArray, vocabulary: int, order: int) -> tuple[Order, ...]:
    """Count the n-grams of the tokens (n,), whole numbers below ``vocabulary``, of all lengths from 1 to ``order``."""
    grams, counts = np.unique(_numbers(tokens, vocabulary, order), return_counts=True)
    orders = [_discounted(grams, counts, vocabulary)]
    for length in range(order - 1, 0, -1):
        # Of all grams that end in the same shorter one, each begins with another token.
        grams, counts = np.unique(grams % vocabulary**length, return_counts=True)
        orders.insert(0, _discounted(grams, counts, vocabulary))
    return tuple(orders)


def probabilities(orders: tuple[Order, ...], tokens: fnn.IntArray, vocabulary: int) -> fnn.Array:
    """Return the probability of each token behind those before it, but for the first ``len(orders) - 1`` tokens."""
    p: fnn.Array = np.full(len(tokens) - len(orders) + 1, 1 / vocabulary)
    for length, order in enumerate(orders, start=1):
        grams = _numbers(tokens, vocabulary, length)[len(orders) - length :]
        gram, seen = _find(order.grams, grams)
        history, known = _find(order.histories, grams // vocabulary)
        kept = np.where(seen, order.kept[gram], 0)
        p = np.where(known, (kept + order.taken[history] * p) / order.totals[history], p)
    return p


def best_bits(tokens: fnn.IntArray, held_out: int, vocabulary: int, orders: range = range(2, 9)) -> tuple[float, int]:
    """Return the mean bits of the last ``held_out`` tokens, by the counts of those before, and the order that gave it.

    It is the order that is best on the held-out tokens themselves: nothing is spared the baseline.
    """
    train, results = tokens[:-held_out], []
    for order in orders:
        if vocabulary**order < 2**63:
            counted = count_grams(train, vocabulary, order)
            p = probabilities(counted, tokens[-held_out - order + 1 :], vocabulary)
            results.append((float(-np.log2(p).mean()), order))
    return min(results)


def _numbers(tokens: fnn.IntArray, vocabulary: int, length: int) -> fnn.IntArray:
    """Return each run of ``length`` tokens as one number, of which they are the digits."""
    runs = np.lib.stride_tricks.sliding_window_view(tokens.astype(np.int64), length)
    numbers: fnn.IntArray = runs @ vocabulary ** np.arange(length - 1, -1, -1, dtype=np.int64)
    return numbers


def _discounted(grams: fnn.IntArray, counts: fnn.IntArray, vocabulary: int) -> Order:
    n = np.maximum(np.bincount(counts, minlength=5), 1)
    y = n[1] / (n[1] + 2 * n[2])
    discounts = np.array([max(k - (k + 1) * y * n[k + 1] / n[k], 0.1) for k in (1, 2, 3)])
    taken = discounts[np.minimum(counts, 3) - 1]
    histories, starts = np.unique(grams // vocabulary, return_index=True)  # the grams of a history stand side by side
    totals = np.add.reduceat(counts.astype(np.float64), starts)
    return Order(grams, counts - taken, histories, np.add.reduceat(taken, starts), totals)


def _find(numbers: fnn.IntArray, wanted: fnn.IntArray) -> tuple[fnn.IntArray, fnn.BoolArray]:
    """Return where in sorted numbers the wanted ones are, and whether they are there at all."""
    place = np.minimum(numbers.searchsorted(wanted), len(numbers) - 1)
    return place, numbers[place] == wanted
