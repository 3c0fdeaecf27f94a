from typing import Any

float32: object
float64: object

def void(*args: Any) -> Any: ...
