"""What fnn costs beside other libraries, for anyone to measure: ``python -m tests.benchmarks``.

The same networks are trained on the same data by fnn and by each of its peers in turn, every run in a fresh process.
See `tests.benchmarks.__main__` for the commands, `rows` for what is trained, `peers` for how, `measure` for what one
process measures, and `compare` for the order of the runs.
"""
