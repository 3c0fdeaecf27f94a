float32: object
float64: object
