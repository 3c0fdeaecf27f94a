"""What a model is made of, what it computes, and what training it will take, before any data is at hand."""

from fnn.summary.summarize import summary
from fnn.summary.table import Plan, Row, Summary

__all__ = ["Plan", "Row", "Summary", "summary"]
