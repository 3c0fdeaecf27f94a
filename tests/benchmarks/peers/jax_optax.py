"""JAX with Optax: one jitted step, whose old parameters and state are donated to the new ones."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import optax

from tests.benchmarks.peers import Arrays, Step
from tests.benchmarks.rows import BETA1, BETA2, CNN, EPS, LEARNING_RATE, LSTM, MLP, Leaves, Network, Row, Transformer

Params = dict[str, Any]
"""Arrays by the names that fnn gives them."""


def build(row: Row, arrays: Arrays, threads: int) -> Step:
    """Return the step of a row; JAX takes as many threads as the process has cores."""
    optimizer = optax.adam(LEARNING_RATE, BETA1, BETA2, EPS)
    if isinstance(row.network, Leaves):
        return _update(optimizer, row.network.number, arrays)
    inputs, targets = ([jnp.array(batch) for batch in arrays[name]] for name in ("inputs", "targets"))
    params = {name: jnp.array(array) for name, array in arrays.items() if name not in ("inputs", "targets")}
    apply = partial(_FORWARD[type(row.network)], row.network)
    if row.task == "infer":
        answer = jax.jit(apply)
        return lambda i: answer(params, inputs[i % len(inputs)]).block_until_ready()

    def loss(params: Params, x: Any, target: Any) -> Any:
        return optax.softmax_cross_entropy_with_integer_labels(apply(params, x), target).mean()

    @partial(jax.jit, donate_argnums=(0, 1))
    def step(params: Params, state: Any, x: Any, target: Any) -> tuple[Params, Any, Any]:
        value, grads = jax.value_and_grad(loss)(params, x, target)
        updates, state = optimizer.update(grads, state)
        return optax.apply_updates(params, updates), state, value

    state = optimizer.init(params)

    def train(i: int) -> Any:
        nonlocal params, state
        params, state, value = step(params, state, inputs[i % len(inputs)], targets[i % len(inputs)])
        return value

    return train


def _update(optimizer: Any, count: int, arrays: Arrays) -> Step:
    params, grads = ([jnp.array(arrays[f"{kind}.{i}"]) for i in range(count)] for kind in ("weight", "gradient"))
    state = optimizer.init(params)

    @partial(jax.jit, donate_argnums=(1, 2))
    def step(grads: Any, state: Any, params: Any) -> tuple[Any, Any]:
        updates, state = optimizer.update(grads, state)
        return optax.apply_updates(params, updates), state

    def update(i: int) -> Any:
        nonlocal params, state
        params, state = step(grads, state, params)
        return params[-1]

    return update


def _dense(params: Params, name: str, x: Any) -> Any:
    return x @ params[f"{name}.weight"] + params[f"{name}.bias"]


def _mlp(network: MLP, params: Params, x: Any) -> Any:
    last = len(network.sizes) - 2
    for i in range(last):
        x = jax.nn.relu(_dense(params, str(i), x))
    return _dense(params, str(last), x)


def _cnn(network: CNN, params: Params, x: Any) -> Any:
    depth = len(network.channels) - 1
    for i in range(depth):
        x = jax.lax.conv_general_dilated(
            x, params[f"{i}.weight"], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        x = jax.nn.relu(x + params[f"{i}.bias"])
        x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    x = jax.nn.relu(_dense(params, str(depth), x.reshape(len(x), -1)))
    return _dense(params, str(depth + 1), x)


def _lstm(network: LSTM, params: Params, x: Any) -> Any:
    ahead = x.swapaxes(0, 1) @ params["0.input_weight"] + params["0.bias"]  # all steps in one product

    def step(carry: tuple[Any, Any], a: Any) -> tuple[tuple[Any, Any], None]:
        h, c = carry
        i, f, g, o = jnp.split(a + h @ params["0.recurrent_weight"], 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    zeros = jnp.zeros((len(x), network.units), x.dtype)
    (h, _), _ = jax.lax.scan(step, (zeros, zeros), ahead)
    return _dense(params, "1", h)


def _norm(params: Params, name: str, x: Any) -> Any:
    return jax.nn.standardize(x, epsilon=1e-5) * params[f"{name}.scale"] + params[f"{name}.bias"]


def _attention(network: Transformer, params: Params, name: str, x: Any) -> Any:
    def heads(kind: str) -> Any:
        y = x @ params[f"{name}.{kind}_weight"]
        if f"{name}.{kind}_bias" in params:
            y += params[f"{name}.{kind}_bias"]
        return y.reshape(*x.shape[:2], network.heads, -1)

    y = jax.nn.dot_product_attention(heads("query"), heads("key"), heads("value"), is_causal=True)
    return y.reshape(x.shape) @ params[f"{name}.output_weight"] + params[f"{name}.output_bias"]


def _transformer(network: Transformer, params: Params, tokens: Any) -> Any:
    x = params["embedding.weight"][tokens] + params["positions.weight"]
    for i in range(network.blocks):
        attention, feed_forward = f"blocks.{i}.attention", f"blocks.{i}.feed_forward"
        x += _attention(network, params, f"{attention}.inner", _norm(params, f"{attention}.norm", x))
        hidden = _dense(params, f"{feed_forward}.inner.hidden", _norm(params, f"{feed_forward}.norm", x))
        x += _dense(params, f"{feed_forward}.inner.out", jax.nn.gelu(hidden, approximate=True))
    return _dense(params, "out", _norm(params, "norm", x))


_FORWARD: dict[type[Network], Callable[..., Any]] = {MLP: _mlp, CNN: _cnn, LSTM: _lstm, Transformer: _transformer}
