"""Pure array mathematics: each op's forward and backward stand side by side, under their derivation.

The book in these pages is that of Kinsley and Kukieła (2020), "Neural networks from scratch in Python".
"""

from fnn.ops.attention import attention_backward, attention_forward
from fnn.ops.average_pool import average_pool_backward, average_pool_forward
from fnn.ops.batch_norm import batch_norm_backward, batch_norm_forward
from fnn.ops.batch_norm_inference import batch_norm_inference_backward, batch_norm_inference_forward
from fnn.ops.celu import celu_backward, celu_forward
from fnn.ops.conv import conv_backward, conv_forward
from fnn.ops.conv_transpose import conv_transpose_backward, conv_transpose_forward
from fnn.ops.dropout import dropout_backward, dropout_forward
from fnn.ops.elu import elu_backward, elu_forward
from fnn.ops.embedding import embedding_backward, embedding_forward
from fnn.ops.flatten import flatten_backward, flatten_forward
from fnn.ops.geglu import geglu_backward, geglu_forward
from fnn.ops.gelu import gelu_backward, gelu_forward
from fnn.ops.gelu_tanh import gelu_tanh_backward, gelu_tanh_forward
from fnn.ops.global_average_pool import global_average_pool_backward, global_average_pool_forward
from fnn.ops.global_max_pool import global_max_pool_backward, global_max_pool_forward
from fnn.ops.glu import glu_backward, glu_forward
from fnn.ops.group_norm import group_norm_backward, group_norm_forward
from fnn.ops.gru import gru_backward, gru_forward
from fnn.ops.gru_reset_before import gru_reset_before_backward, gru_reset_before_forward
from fnn.ops.hard_sigmoid import hard_sigmoid_backward, hard_sigmoid_forward
from fnn.ops.hard_swish import hard_swish_backward, hard_swish_forward
from fnn.ops.hard_tanh import hard_tanh_backward, hard_tanh_forward
from fnn.ops.identity import identity_backward, identity_forward
from fnn.ops.instance_norm import instance_norm_backward, instance_norm_forward
from fnn.ops.last_step import last_step_backward, last_step_forward
from fnn.ops.layer_norm import layer_norm_backward, layer_norm_forward
from fnn.ops.leaky_relu import leaky_relu_backward, leaky_relu_forward
from fnn.ops.linear import linear_backward, linear_forward
from fnn.ops.log_softmax import log_softmax_backward, log_softmax_forward
from fnn.ops.lstm import lstm_backward, lstm_forward
from fnn.ops.max_pool import max_pool_backward, max_pool_forward
from fnn.ops.maxout import maxout_backward, maxout_forward
from fnn.ops.mean_steps import mean_steps_backward, mean_steps_forward
from fnn.ops.mish import mish_backward, mish_forward
from fnn.ops.pad import pad_backward, pad_forward
from fnn.ops.prelu import prelu_backward, prelu_forward
from fnn.ops.relu import relu_backward, relu_forward
from fnn.ops.rms_norm import rms_norm_backward, rms_norm_forward
from fnn.ops.rnn import rnn_backward, rnn_forward
from fnn.ops.rotary import rotary_backward, rotary_forward
from fnn.ops.selu import selu_backward, selu_forward
from fnn.ops.sigmoid import sigmoid_backward, sigmoid_forward
from fnn.ops.silu import silu_backward, silu_forward
from fnn.ops.sinusoidal_positions import sinusoidal_positions_backward, sinusoidal_positions_forward
from fnn.ops.softmax import softmax_backward, softmax_forward
from fnn.ops.softplus import softplus_backward, softplus_forward
from fnn.ops.softsign import softsign_backward, softsign_forward
from fnn.ops.step import step_backward, step_forward
from fnn.ops.swiglu import swiglu_backward, swiglu_forward
from fnn.ops.tanh import tanh_backward, tanh_forward
from fnn.ops.upsample_linear import upsample_linear_backward, upsample_linear_forward
from fnn.ops.upsample_nearest import upsample_nearest_backward, upsample_nearest_forward

__all__ = [
    "attention_backward",
    "attention_forward",
    "average_pool_backward",
    "average_pool_forward",
    "batch_norm_backward",
    "batch_norm_forward",
    "batch_norm_inference_backward",
    "batch_norm_inference_forward",
    "celu_backward",
    "celu_forward",
    "conv_backward",
    "conv_forward",
    "conv_transpose_backward",
    "conv_transpose_forward",
    "dropout_backward",
    "dropout_forward",
    "elu_backward",
    "elu_forward",
    "embedding_backward",
    "embedding_forward",
    "flatten_backward",
    "flatten_forward",
    "geglu_backward",
    "geglu_forward",
    "gelu_backward",
    "gelu_forward",
    "gelu_tanh_backward",
    "gelu_tanh_forward",
    "global_average_pool_backward",
    "global_average_pool_forward",
    "global_max_pool_backward",
    "global_max_pool_forward",
    "glu_backward",
    "glu_forward",
    "group_norm_backward",
    "group_norm_forward",
    "gru_backward",
    "gru_forward",
    "gru_reset_before_backward",
    "gru_reset_before_forward",
    "hard_sigmoid_backward",
    "hard_sigmoid_forward",
    "hard_swish_backward",
    "hard_swish_forward",
    "hard_tanh_backward",
    "hard_tanh_forward",
    "identity_backward",
    "identity_forward",
    "instance_norm_backward",
    "instance_norm_forward",
    "last_step_backward",
    "last_step_forward",
    "layer_norm_backward",
    "layer_norm_forward",
    "leaky_relu_backward",
    "leaky_relu_forward",
    "linear_backward",
    "linear_forward",
    "log_softmax_backward",
    "log_softmax_forward",
    "lstm_backward",
    "lstm_forward",
    "max_pool_backward",
    "max_pool_forward",
    "maxout_backward",
    "maxout_forward",
    "mean_steps_backward",
    "mean_steps_forward",
    "mish_backward",
    "mish_forward",
    "pad_backward",
    "pad_forward",
    "prelu_backward",
    "prelu_forward",
    "relu_backward",
    "relu_forward",
    "rms_norm_backward",
    "rms_norm_forward",
    "rnn_backward",
    "rnn_forward",
    "rotary_backward",
    "rotary_forward",
    "selu_backward",
    "selu_forward",
    "sigmoid_backward",
    "sigmoid_forward",
    "silu_backward",
    "silu_forward",
    "sinusoidal_positions_backward",
    "sinusoidal_positions_forward",
    "softmax_backward",
    "softmax_forward",
    "softplus_backward",
    "softplus_forward",
    "softsign_backward",
    "softsign_forward",
    "step_backward",
    "step_forward",
    "swiglu_backward",
    "swiglu_forward",
    "tanh_backward",
    "tanh_forward",
    "upsample_linear_backward",
    "upsample_linear_forward",
    "upsample_nearest_backward",
    "upsample_nearest_forward",
]
