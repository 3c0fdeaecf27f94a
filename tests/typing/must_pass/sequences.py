"""Sequences: recurrent models and their views, padding, stacks with their carries, the loss over steps."""

from typing import assert_type

import numpy as np

import fnn
from fnn import (
    GRU,
    LSTM,
    RNN,
    Array,
    Bidirectional,
    Dense,
    Embedding,
    Fn,
    IntArray,
    Key,
    LSTMCarry,
    Model,
    Padded,
    Recurrent,
    Serial,
    record,
)

# --- views of one model, with one type of parameters ---

cell = fnn.lstm(3, 4)
assert_type(cell, Recurrent[LSTM, LSTMCarry, Array, Array])
assert_type(cell >> fnn.dense(4, 2), Serial[Array, Array, LSTM, Dense])
assert_type(fnn.carried(cell), Model[LSTM, tuple[Array, LSTMCarry], tuple[Array, LSTMCarry]])
assert_type(fnn.padded(cell), Recurrent[LSTM, LSTMCarry, Padded[Array], Padded[Array]])
assert_type(
    fnn.carried(fnn.padded(cell)),
    Model[LSTM, tuple[Padded[Array], LSTMCarry], tuple[Padded[Array], LSTMCarry]],
)
assert_type(fnn.backwards(cell), Recurrent[LSTM, LSTMCarry, Array, Array])
assert_type(fnn.rnn(3, 4), Recurrent[RNN, Array, Array, Array])
assert_type(cell.zero_carry(2).h, Array)

both = fnn.bidirectional(fnn.gru(3, 4))
assert_type(both, Recurrent[Bidirectional[GRU], tuple[Array, Array], Array, Array])

# --- a classifier of padded sequences ---

classify = (
    fnn.padded(fnn.embedding(9, 3))
    >> fnn.padded(fnn.dropout(0.1))
    >> fnn.padded(both)
    >> fnn.mean_valid_steps
    >> fnn.dense(8, 2)
)
assert_type(classify, Serial[Padded[IntArray], Array, Embedding, Bidirectional[GRU], Dense])
assert_type(fnn.padded(fnn.embedding(9, 3)), Model[Embedding, Padded[IntArray], Padded[Array]])
assert_type(fnn.padded(fnn.relu), Fn[Padded[Array], Padded[Array]])

words = fnn.pad_sequences([np.array([1, 8, 8, 3]), np.array([5])])
assert_type(words.mask, fnn.BoolArray)
scores = classify.apply(classify.init(Key(0)), words)
assert_type(scores, Array)

# --- a language model: a stack with its carry, named, trained on padded targets, and stepped ---


@record
class Language:
    embed: Embedding
    memory: LSTM
    out: Dense


language = fnn.stacked(
    fnn.time_distributed(fnn.embedding(9, 3)),
    fnn.lstm(3, 4),
    fnn.time_distributed(fnn.dense(4, 9)),
    dropout=0.1,
).into(Language)
assert_type(language, Recurrent[Language, tuple[None, LSTMCarry, None], IntArray, Array])
params = language.init(Key(0))
logits, carry = language.step(params, np.zeros((1, 1), np.int64))
assert_type(logits, Array)
assert_type(carry, tuple[None, LSTMCarry, None])

targets: Padded[IntArray] = Padded(words.values, words.mask)
value, dy = fnn.sequence_cross_entropy(language.apply(params, words.values), targets)
assert_type(value, float)
assert_type(dy, Array)
padded_scores = fnn.padded(language).apply(params, words)
assert_type(fnn.sequence_cross_entropy(padded_scores, words.values), tuple[float, Padded[Array]])
assert_type(fnn.sequence_cross_entropy(padded_scores, targets), tuple[float, Padded[Array]])

state = fnn.start(language, fnn.sgd(0.1), Key(1))
step = fnn.train_step(language, fnn.sequence_cross_entropy, fnn.sgd(0.1))
state, _ = step(state, fnn.Batch(words.values, targets))
assert_type(state.params, Language)
padded_step = fnn.train_step(fnn.padded(language), fnn.sequence_cross_entropy, fnn.sgd(0.1))
state, _ = padded_step(state, fnn.Batch(words, words.values))

# --- any step, scanned ---


def forward(params: None, x: tuple[Array, Array]) -> tuple[tuple[Array, Array], None]:
    total: Array = x[0] + x[1]
    return (total, total), None


def backward(dy: tuple[Array, Array], cache: None) -> tuple[None, tuple[Array, Array]]:
    both: Array = dy[0] + dy[1]
    return None, (both, both)


add = fnn.layer(lambda key: None, forward, backward, name="add")
start: Array = np.zeros(2, np.float32)
running_sum = fnn.scan(add, start)
assert_type(running_sum, Recurrent[None, Array, Array, Array])
