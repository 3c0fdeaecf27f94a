"""Layers: one file a layer, with its parameter record and its factory."""

from fnn.layers.activations import (
    celu,
    elu,
    geglu,
    gelu,
    gelu_tanh,
    glu,
    hard_sigmoid,
    hard_swish,
    hard_tanh,
    identity,
    leaky_relu,
    log_softmax,
    maxout,
    mish,
    relu,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    step,
    swiglu,
    tanh,
)
from fnn.layers.average_pool import average_pool1d, average_pool2d
from fnn.layers.batch_norm import BatchNorm, batch_norm
from fnn.layers.conv1d import Conv1D, conv1d
from fnn.layers.conv2d import Conv2D, conv2d, depthwise_conv2d
from fnn.layers.conv_transpose1d import ConvTranspose1D, conv_transpose1d
from fnn.layers.conv_transpose2d import ConvTranspose2D, conv_transpose2d
from fnn.layers.dense import Dense, dense
from fnn.layers.dropout import dropout
from fnn.layers.embedding import Embedding, embedding
from fnn.layers.flatten import flatten
from fnn.layers.global_pool import global_average_pool, global_max_pool
from fnn.layers.group_norm import GroupNorm, group_norm
from fnn.layers.gru import GRU, gru
from fnn.layers.gru_reset_before import GRUResetBefore, gru_reset_before
from fnn.layers.instance_norm import InstanceNorm, instance_norm
from fnn.layers.layer_norm import LayerNorm, layer_norm
from fnn.layers.learned_positions import LearnedPositions, learned_positions
from fnn.layers.linear import Linear, linear
from fnn.layers.lstm import LSTM, lstm
from fnn.layers.max_pool import max_pool1d, max_pool2d
from fnn.layers.pad import pad1d, pad2d
from fnn.layers.prelu import PReLU, prelu
from fnn.layers.readout import last_step, last_valid_step, mean_steps, mean_valid_steps
from fnn.layers.rms_norm import RMSNorm, rms_norm
from fnn.layers.rnn import RNN, rnn
from fnn.layers.self_attention import KeyValues, MultiHeadAttention, self_attention
from fnn.layers.sinusoidal_positions import sinusoidal_positions
from fnn.layers.upsample import upsample1d, upsample2d
from fnn.ops.lstm import LSTMCarry

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "BatchNorm",
    "Conv1D",
    "Conv2D",
    "ConvTranspose1D",
    "ConvTranspose2D",
    "Dense",
    "Embedding",
    "GRUResetBefore",
    "GroupNorm",
    "InstanceNorm",
    "KeyValues",
    "LSTMCarry",
    "LayerNorm",
    "LearnedPositions",
    "Linear",
    "MultiHeadAttention",
    "PReLU",
    "RMSNorm",
    "average_pool1d",
    "average_pool2d",
    "batch_norm",
    "celu",
    "conv1d",
    "conv2d",
    "conv_transpose1d",
    "conv_transpose2d",
    "dense",
    "depthwise_conv2d",
    "dropout",
    "elu",
    "embedding",
    "flatten",
    "geglu",
    "gelu",
    "gelu_tanh",
    "global_average_pool",
    "global_max_pool",
    "glu",
    "group_norm",
    "gru",
    "gru_reset_before",
    "hard_sigmoid",
    "hard_swish",
    "hard_tanh",
    "identity",
    "instance_norm",
    "last_step",
    "last_valid_step",
    "layer_norm",
    "leaky_relu",
    "learned_positions",
    "linear",
    "log_softmax",
    "lstm",
    "max_pool1d",
    "max_pool2d",
    "maxout",
    "mean_steps",
    "mean_valid_steps",
    "mish",
    "pad1d",
    "pad2d",
    "prelu",
    "relu",
    "rms_norm",
    "rnn",
    "self_attention",
    "selu",
    "sigmoid",
    "silu",
    "sinusoidal_positions",
    "softmax",
    "softplus",
    "softsign",
    "step",
    "swiglu",
    "tanh",
    "upsample1d",
    "upsample2d",
]
