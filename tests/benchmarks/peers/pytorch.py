"""PyTorch: its own layers, Adam as one fused kernel, images with their channels last."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from tests.benchmarks.peers import Arrays, Step
from tests.benchmarks.rows import BETA1, BETA2, CNN, EPS, LEARNING_RATE, LSTM, MLP, Leaves, Network, Row, Transformer

Forward = Callable[[Any], Any]


def build(row: Row, arrays: Arrays, threads: int) -> Step:
    """Return the step of a row."""
    torch.set_num_threads(threads)
    if isinstance(row.network, Leaves):
        return _update(row.network.number, arrays)
    forward, modules = _BUILDERS[type(row.network)](row.network, arrays)
    inputs, targets = torch.from_numpy(arrays["inputs"]), torch.from_numpy(arrays["targets"])
    if isinstance(row.network, CNN):
        inputs = inputs.permute(0, 1, 4, 2, 3)  # seen with its channels first, in memory they stay last
    xs, labels = inputs.unbind(), targets.unbind()
    if row.task == "infer":
        modules.eval()

        def infer(i: int) -> Any:
            with torch.inference_mode():
                return forward(xs[i % len(xs)])

        return infer

    optimizer = _adam([parameter for parameter in modules.parameters() if parameter.requires_grad])

    def train(i: int) -> Any:
        logits = forward(xs[i % len(xs)])
        loss = functional.cross_entropy(logits.flatten(0, -2), labels[i % len(xs)].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach()

    return train


def _adam(parameters: list[Any]) -> Any:
    return torch.optim.Adam(parameters, LEARNING_RATE, (BETA1, BETA2), EPS, fused=True)


def _update(count: int, arrays: Arrays) -> Step:
    parameters = [torch.nn.Parameter(torch.from_numpy(arrays[f"weight.{i}"])) for i in range(count)]
    for i, parameter in enumerate(parameters):
        parameter.grad = torch.from_numpy(arrays[f"gradient.{i}"])
    optimizer, last = _adam(parameters), parameters[-1].detach()

    def update(i: int) -> Any:
        optimizer.step()
        return last

    return update


def _set(parameter: Any, array: Any) -> None:
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(np.ascontiguousarray(array)))


def _dense(arrays: Arrays, name: str) -> Any:
    weight = arrays[f"{name}.weight"]
    layer = torch.nn.Linear(*weight.shape)
    _set(layer.weight, weight.T)
    _set(layer.bias, arrays[f"{name}.bias"])
    return layer


def _mlp(network: MLP, arrays: Arrays) -> tuple[Forward, Any]:
    stages: list[Any] = []
    for i in range(len(network.sizes) - 1):
        stages += [_dense(arrays, str(i)), torch.nn.ReLU()]
    model = torch.nn.Sequential(*stages[:-1])
    return model, model


def _cnn(network: CNN, arrays: Arrays) -> tuple[Forward, Any]:
    stages: list[Any] = []
    depth = len(network.channels) - 1
    for i in range(depth):
        layer = torch.nn.Conv2d(network.channels[i], network.channels[i + 1], 3, padding="same")
        _set(layer.weight, arrays[f"{i}.weight"].transpose(3, 2, 0, 1))
        _set(layer.bias, arrays[f"{i}.bias"])
        stages += [layer, torch.nn.ReLU(), torch.nn.MaxPool2d(2)]
    images = torch.nn.Sequential(*stages).to(memory_format=torch.channels_last)
    rest = torch.nn.Sequential(_dense(arrays, str(depth)), torch.nn.ReLU(), _dense(arrays, str(depth + 1)))

    def forward(x: Any) -> Any:
        return rest(images(x).permute(0, 2, 3, 1).flatten(1))  # no copy, as the channels are last in memory

    return forward, torch.nn.ModuleList([images, rest])


def _lstm(network: LSTM, arrays: Arrays) -> tuple[Forward, Any]:
    lstm = torch.nn.LSTM(network.features, network.units, batch_first=True)
    _set(lstm.weight_ih_l0, arrays["0.input_weight"].T)
    _set(lstm.weight_hh_l0, arrays["0.recurrent_weight"].T)
    _set(lstm.bias_ih_l0, arrays["0.bias"])
    torch.nn.init.zeros_(lstm.bias_hh_l0)
    lstm.bias_hh_l0.requires_grad_(False)  # it would be the same bias a second time, and learn twice as fast
    out = _dense(arrays, "1")
    return lambda x: out(lstm(x)[0][:, -1]), torch.nn.ModuleList([lstm, out])


def _norm(arrays: Arrays, name: str) -> Any:
    layer = torch.nn.LayerNorm(len(arrays[f"{name}.scale"]), eps=1e-5)
    _set(layer.weight, arrays[f"{name}.scale"])
    _set(layer.bias, arrays[f"{name}.bias"])
    return layer


def _block(network: Transformer, arrays: Arrays, name: str) -> Any:
    """Attention and feed-forward part, their normalizations before them; one product for queries, keys and values."""
    inner, width = f"{name}.attention.inner", network.width
    together = torch.nn.Linear(width, 3 * width)
    kinds = ("query", "key", "value")
    _set(together.weight, np.concatenate([arrays[f"{inner}.{kind}_weight"].T for kind in kinds]))
    none = np.zeros(width, np.float32)  # a bias of the keys changes nothing, and fnn has none
    _set(together.bias, np.concatenate([arrays.get(f"{inner}.{kind}_bias", none) for kind in kinds]))
    output = torch.nn.Linear(width, width)
    _set(output.weight, arrays[f"{inner}.output_weight"].T)
    _set(output.bias, arrays[f"{inner}.output_bias"])
    feed_forward = torch.nn.Sequential(
        _norm(arrays, f"{name}.feed_forward.norm"),
        _dense(arrays, f"{name}.feed_forward.inner.hidden"),
        torch.nn.GELU(approximate="tanh"),
        _dense(arrays, f"{name}.feed_forward.inner.out"),
    )
    return torch.nn.ModuleList([_norm(arrays, f"{name}.attention.norm"), together, output, feed_forward])


def _attend(heads: int, block: Any, x: Any) -> Any:
    norm, together, output, feed_forward = block
    batch, time, width = x.shape
    query, key, value = together(norm(x)).view(batch, time, 3, heads, -1).permute(2, 0, 3, 1, 4)
    y = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
    x = x + output(y.transpose(1, 2).reshape(batch, time, width))
    return x + feed_forward(x)


def _transformer(network: Transformer, arrays: Arrays) -> tuple[Forward, Any]:
    embedding = torch.nn.Embedding(network.vocabulary, network.width)
    _set(embedding.weight, arrays["embedding.weight"])
    positions = torch.nn.Embedding(network.steps, network.width)
    _set(positions.weight, arrays["positions.weight"])
    blocks = torch.nn.ModuleList(_block(network, arrays, f"blocks.{i}") for i in range(network.blocks))
    out = torch.nn.Sequential(_norm(arrays, "norm"), _dense(arrays, "out"))
    attend = partial(_attend, network.heads)

    def forward(tokens: Any) -> Any:
        x = embedding(tokens) + positions.weight
        for block in blocks:
            x = attend(block, x)
        return out(x)

    return forward, torch.nn.ModuleList([embedding, positions, blocks, out])


_BUILDERS: dict[type[Network], Callable[..., tuple[Forward, Any]]] = {
    MLP: _mlp,
    CNN: _cnn,
    LSTM: _lstm,
    Transformer: _transformer,
}
