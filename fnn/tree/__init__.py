"""Parameter trees: frozen records, tuples and dicts of arrays, and the functions that walk over them.

A *leaf* is an array. A *node* is a record (see `record`), a tuple (named or not), a dict with string keys, or None,
which has no leaves. The walk is in the order in which fields are declared, and every leaf has a dotted path such as
``hidden.weight`` or ``0.bias``. Fields made with `buffer` are leaves that are saved and carried along but never
trained; fields made with `static` are configuration and no leaves at all.
"""

from fnn.tree.edit import equal, get, set  # noqa: A004  # read as tree.set
from fnn.tree.records import buffer, is_record, record, replace, static
from fnn.tree.select import Where, select
from fnn.tree.walk import (
    add,
    astype,
    copy,
    leaves,
    leaves_with_paths,
    map,  # noqa: A004  # read as tree.map
    nbytes,
    size,
    trained_leaves,
    unflatten,
    with_trained_leaves,
    zeros_like,
)

__all__ = [
    "Where",
    "add",
    "astype",
    "buffer",
    "copy",
    "equal",
    "get",
    "is_record",
    "leaves",
    "leaves_with_paths",
    "map",
    "nbytes",
    "record",
    "replace",
    "select",
    "set",
    "size",
    "static",
    "trained_leaves",
    "unflatten",
    "with_trained_leaves",
    "zeros_like",
]
