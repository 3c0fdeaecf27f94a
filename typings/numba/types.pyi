from typing import Any

float32: object
float64: object

class Float: ...

def void(*args: Any) -> Any: ...
