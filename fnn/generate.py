"""Going on with sequences: draw the next token from the model's scores, hand it back, and so on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count as naturals
from typing import TypeVar

import numpy as np

from fnn.arrays import Array, IntArray, check_not_empty, describe
from fnn.errors import DtypeError, ShapeError, StructureError
from fnn.ops.last_step import last_step_forward
from fnn.random import Key
from fnn.recurrent.model import Recurrent
from fnn.recurrent.padded import padded
from fnn.sample import sample
from fnn.sequences import Padded, check_padded
from fnn.validate import positive

P = TypeVar("P")
C = TypeVar("C")


def generate(
    model: Recurrent[P, C, IntArray, Array],
    params: P,
    prompt: IntArray | Padded[IntArray],
    key: Key,
    *,
    count: int | None = None,
    temperature: float = 1.0,
    top_k: int | None = None,
) -> Iterator[IntArray]:
    """Yield the tokens that follow a prompt, (batch,) at a time: ``count`` times, or until the caller breaks off.

    ``model`` is any recurrent one from tokens (batch, time) to logits (batch, time, vocabulary): a `transformer`, or
    ``stacked(time_distributed(embedding(27, 8)), lstm(8, 32), time_distributed(dense(32, 27)))``. It gets the prompt
    (batch, time) at once, then one token at a time and the carry from before. Prompts of unequal lengths come padded;
    each is gone on with as if it were alone. ``temperature`` and ``top_k`` are those of `sample`. The same key gives
    the same tokens.

    Raises StructureError for a model without a carry, DtypeError or ShapeError for a prompt that is no integer array of
    this shape, DataError for an empty one.

    >>> import fnn
    >>> model = fnn.transformer(27, 8, 2, 1)
    >>> tokens = generate(model, model.init(Key(0)), np.array([[3, 1]]), Key(1), count=5)
    >>> np.stack(list(tokens), axis=1).shape
    (1, 5)
    """
    _check_model(model)
    if isinstance(prompt, Padded):
        check_padded(prompt, "generate")
    _check_prompt(prompt.values if isinstance(prompt, Padded) else prompt)
    if count is not None:
        positive("generate", count=count)

    def first() -> tuple[Array, C]:
        """The logits behind the last token of each prompt, and the carry."""
        if isinstance(prompt, Padded):
            padded_logits, carry = padded(model).step(params, prompt)
            return last_step_forward(padded_logits.values, mask=prompt.mask)[0], carry
        logits, carry = model.step(params, prompt)
        return logits[:, -1], carry

    def tokens() -> Iterator[IntArray]:
        logits, carry = first()
        token = sample(logits, key.fold(0), temperature=temperature, top_k=top_k)
        yield token
        for i in naturals(1) if count is None else range(1, count):
            logits, carry = model.step(params, token[:, None], carry)
            token = sample(logits[:, -1], key.fold(i), temperature=temperature, top_k=top_k)
            yield token

    return tokens()


def _check_prompt(prompt: object) -> None:
    if not isinstance(prompt, np.ndarray) or prompt.dtype.kind not in "iu":
        raise DtypeError("generate", "prompt as an array of integers", describe(prompt), "Write np.array([[...]]).")
    if prompt.ndim != 2:
        hint = "For a batch of one write prompt[None, :]." if prompt.ndim == 1 else ""
        raise ShapeError("generate", "prompt of shape (batch, time)", f"shape {prompt.shape}", hint)
    check_not_empty(prompt, "generate", "prompt")


def _check_model(model: object) -> None:
    if not isinstance(model, Recurrent):
        hint = "Such as a transformer, or layers put together by fnn.stacked."
        raise StructureError("generate", "a recurrent model", describe(model), hint)
