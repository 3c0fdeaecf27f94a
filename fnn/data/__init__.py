"""Data sets: batches, splits, scalers, generators, readers of images, augmentation, and the small data that ships."""

from fnn.data.augment import (
    Augment,
    compose,
    crop,
    crop_centre,
    cutout,
    flip_horizontal,
    rotate,
    rotate_by,
    shift,
    shift_by,
)
from fnn.data.batches import Batch, Batches, batches
from fnn.data.bundled import Dataset, digits, iris
from fnn.data.fashion import FashionMNIST, fashion_mnist
from fnn.data.folder import ImageFolder, read_image_folder
from fnn.data.generators import sine, spiral, vertical
from fnn.data.idx import read_idx, write_idx
from fnn.data.images import Pixels, grey, prepare_image, read_image, resize
from fnn.data.mixup import mixup
from fnn.data.samples import Samples
from fnn.data.scalers import MaxAbs, MinMax, Scaler, Standardize, fit_max_abs, fit_min_max, fit_standardize
from fnn.data.splits import Fold, Split, cross_validation, holdout, holdout_rows, k_folds
from fnn.data.windows import windows

__all__ = [
    "Augment",
    "Batch",
    "Batches",
    "Dataset",
    "FashionMNIST",
    "Fold",
    "ImageFolder",
    "MaxAbs",
    "MinMax",
    "Pixels",
    "Samples",
    "Scaler",
    "Split",
    "Standardize",
    "batches",
    "compose",
    "crop",
    "crop_centre",
    "cross_validation",
    "cutout",
    "digits",
    "fashion_mnist",
    "fit_max_abs",
    "fit_min_max",
    "fit_standardize",
    "flip_horizontal",
    "grey",
    "holdout",
    "holdout_rows",
    "iris",
    "k_folds",
    "mixup",
    "prepare_image",
    "read_idx",
    "read_image",
    "read_image_folder",
    "resize",
    "rotate",
    "rotate_by",
    "shift",
    "shift_by",
    "sine",
    "spiral",
    "vertical",
    "windows",
    "write_idx",
]
