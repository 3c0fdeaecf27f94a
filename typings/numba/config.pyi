CPU_NAME: str | None
DISABLE_JIT: int
