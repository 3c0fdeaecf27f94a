"""Transformers: what stands around attention, and models made of it."""

from fnn.attention.feed_forward import FeedForward, feed_forward
from fnn.attention.pre_norm import PreNorm, pre_norm
from fnn.attention.transformer import Transformer, transformer
from fnn.attention.transformer_block import TransformerBlock, transformer_block

__all__ = [
    "FeedForward",
    "PreNorm",
    "Transformer",
    "TransformerBlock",
    "feed_forward",
    "pre_norm",
    "transformer",
    "transformer_block",
]
