"""Settings for the whole suite."""

import os

# The networks here are small: a second BLAS thread gains nothing, and on a busy machine the two wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
