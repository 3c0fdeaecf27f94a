"""Saving and loading: .npz files without pickle, written in one move."""

from fnn.io.bundle import Bundle
from fnn.io.inspect import EntryInfo, FileInfo, inspect
from fnn.io.load import load
from fnn.io.save import save

__all__ = ["Bundle", "EntryInfo", "FileInfo", "inspect", "load", "save"]
