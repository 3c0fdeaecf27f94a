"""Caches, masks and models where they do not belong."""

import numpy as np

import fnn
from fnn import Array, Key, ops

whole, causal = fnn.self_attention(8, 2), fnn.self_attention(8, 2, causal=True)
params = causal.init(Key(0))
x: Array = np.ones((1, 3, 8), np.float32)
y, cache = causal.step(params, x)
model = fnn.transformer(27, 8, 2, 2)
prompt = np.array([[1, 2, 3]])

whole.step(params, x, cache)  # E: Argument 3 to "step" of "Recurrent" has incompatible type "KeyValues"
causal.step(params, x, (cache, None))  # E: Argument 3 to "step" of "Recurrent" has incompatible type "tuple
cache.keys = x  # E: Property "keys" defined in "KeyValues" is read-only
ops.attention_forward(x, x, x, mask=x)  # E: Argument "mask" to "attention_forward" has incompatible type "ndarray
fnn.pre_norm(fnn.layer_norm(8), fnn.dense(8, 8))  # E: Argument 2 to "pre_norm" has incompatible type "Model
fnn.transformer(27, 8, 2, 2, positions="absolute")  # E: Argument "positions" to "transformer" has incompatible type
model.apply(model.init(Key(0)), x)  # E: Argument 2 has incompatible type "ndarray
fnn.generate(fnn.embedding(9, 3), (), prompt, Key(0))  # E: Argument 1 to "generate" has incompatible type "Model
fnn.generate(model, params, prompt, Key(0))  # E: Cannot infer value of type parameter "P" of "generate"
fnn.generate(model, model.init(Key(0)), x, Key(0))  # E: Argument 3 to "generate" has incompatible type "ndarray
