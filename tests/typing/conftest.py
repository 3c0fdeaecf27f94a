"""These files are for type checkers; `tests/test_typing.py` looks at them."""

collect_ignore_glob = ["must_*/*.py"]
