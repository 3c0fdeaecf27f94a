"""The scripts of the other libraries need these; tests and doctests leave them alone."""

collect_ignore = ["pytorch.py", "scikit.py"]
