CPU_NAME: str | None
