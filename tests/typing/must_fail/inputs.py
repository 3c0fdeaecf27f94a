"""Models and stages called with what is no float32 or float64 array, or with parameters of another record."""

import numpy as np

import fnn

model = fnn.dense(3, 2)
params = model.init(fnn.Key(0))
images = np.zeros((4, 3), np.uint8)
half = np.zeros((4, 3), np.float16)
x = np.zeros((4, 3), np.float32)

model.apply(params, images)  # E: Argument 2 has incompatible type "ndarray
model.apply(params, np.arange(3))  # E: Argument 2 has incompatible type "ndarray
model.apply(params, half)  # E: Argument 2 has incompatible type "ndarray
model.apply(params, [[1.0, 2.0, 3.0]])  # E: Argument 2 has incompatible type "list
model.apply(params, x > 0)  # E: Argument 2 has incompatible type "ndarray
model.forward(params, images, fnn.Key(0))  # E: Argument 2 has incompatible type "ndarray
model.forward(params, x)  # E: Too few arguments
model.forward(params, x, 0)  # E: Argument 3 has incompatible type "int"; expected "Key"
model.apply(params)  # E: Too few arguments
model.apply(fnn.linear(3, 2).init(fnn.Key(0)), x)  # E: Argument 1 has incompatible type "Linear"; expected "Dense"
model.apply((params,), x)  # E: Argument 1 has incompatible type "tuple
fnn.relu(images)  # E: Argument 1 to "__call__" of "Fn" has incompatible type "ndarray
fnn.relu([1.0])  # E: Argument 1 to "__call__" of "Fn" has incompatible type "list
fnn.predict(model, params, images)  # E: Cannot infer ... "X" of "predict"
fnn.shared(model).apply(params, x)  # E: Argument 2 has incompatible type "ndarray
fnn.softmax_cross_entropy(x, [0, 1, 1, 0])  # E: Argument 2 to "softmax_cross_entropy" has incompatible type "list
fnn.mean_squared_error(x, images)  # E: Argument 2 to "mean_squared_error" has incompatible type "ndarray
fnn.accuracy(x, "labels")  # E: Argument 2 to "accuracy" has incompatible type "str"; expected "ndarray
