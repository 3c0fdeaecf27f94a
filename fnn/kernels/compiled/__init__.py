"""The loops that Numba compiles: the twins, by name, of the references in `fnn.kernels`."""
