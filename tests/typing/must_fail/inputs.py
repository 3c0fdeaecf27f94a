"""Models and stages called with what is no float32 or float64 array, or with parameters of another record."""

import numpy as np

import fnn

model = fnn.dense(3, 2)
params = model.init(fnn.Key(0))
images = np.zeros((4, 3), np.uint8)
half = np.zeros((4, 3), np.float16)
x = np.zeros((4, 3), np.float32)

model.apply(params, images)
model.apply(params, np.arange(3))
model.apply(params, half)
model.apply(params, [[1.0, 2.0, 3.0]])
model.apply(params, x > 0)
model.forward(params, images, fnn.Key(0))
model.forward(params, x)
model.forward(params, x, 0)
model.apply(x)
model.apply(x, params)
model.apply(fnn.linear(3, 2).init(fnn.Key(0)), x)
model.apply((params,), x)
fnn.relu(images)
fnn.relu([1.0])
fnn.predict(model, params, images)
fnn.shared(model).apply(params, x)
fnn.softmax_cross_entropy(x, [0, 1, 1, 0])
fnn.mean_squared_error(x, images)
fnn.accuracy(x, "labels")
