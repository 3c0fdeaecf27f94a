"""Data sets: batches, splits, scalers, generators, and the small data that ships."""

from fnn.data.batches import Batch, Batches, batches
from fnn.data.bundled import Dataset, digits, iris
from fnn.data.generators import sine, spiral, vertical
from fnn.data.samples import Samples
from fnn.data.scalers import MaxAbs, MinMax, Scaler, Standardize, fit_max_abs, fit_min_max, fit_standardize
from fnn.data.splits import Fold, Split, cross_validation, holdout, holdout_rows, k_folds

__all__ = [
    "Batch",
    "Batches",
    "Dataset",
    "Fold",
    "MaxAbs",
    "MinMax",
    "Samples",
    "Scaler",
    "Split",
    "Standardize",
    "batches",
    "cross_validation",
    "digits",
    "fit_max_abs",
    "fit_min_max",
    "fit_standardize",
    "holdout",
    "holdout_rows",
    "iris",
    "k_folds",
    "sine",
    "spiral",
    "vertical",
]
