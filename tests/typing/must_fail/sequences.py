"""Padded sequences, carries and indices where they do not belong, and stacks that do not fit."""

import numpy as np

import fnn
from fnn import Array, Key

cell = fnn.lstm(3, 4)
params = cell.init(Key(0))
x: Array = np.ones((2, 5, 3), np.float32)
words = fnn.pad_sequences([np.array([1, 8]), np.array([5])])

cell.apply(params, fnn.Padded(x, np.ones((2, 5), np.bool_)))  # E: Argument 2 has incompatible type "Padded
fnn.padded(cell).apply(params, x)  # E: Argument 2 has incompatible type "ndarray
fnn.carried(cell).apply(params, x)  # E: Argument 2 has incompatible type "ndarray
fnn.carried(cell).apply(params, (x, x[:, 0]))  # E: Argument 2 has incompatible type "tuple
fnn.gru(3, 4).apply(params, x)  # E: Argument 1 has incompatible type "LSTM"; expected "GRU"
fnn.padded(fnn.embedding(9, 3)) >> fnn.gru(3, 4)  # E: Unsupported operand types for >>
fnn.padded(fnn.gru(3, 4)) >> fnn.last_step  # E: Unsupported operand types for >>
fnn.gru(3, 4) >> fnn.last_valid_step  # E: Unsupported operand types for >>
fnn.embedding(9, 3).apply(fnn.Embedding(x), x)  # E: Argument 2 has incompatible type "ndarray
fnn.stacked(cell, fnn.dense(4, 2))  # E: No overload variant of "stacked" matches
fnn.stacked(cell, fnn.time_distributed(fnn.embedding(4, 2)))  # E: Cannot infer value of type parameter "Y1"
fnn.bidirectional(fnn.dense(4, 2))  # E: Argument 1 to "bidirectional" has incompatible type "Model
cell.step(params, x, x)  # E: Argument 3 to "step" of "Recurrent" has incompatible type "ndarray
