"""Images in one folder a class."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fnn.data.folder import read_image_folder
from fnn.errors import DataError, FileFormatError, HyperparameterError


def save(path: Path, level: int, size: tuple[int, int] = (4, 6)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full(size, level, np.uint8)).save(path)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for level, name in enumerate(["shoe/b.png", "shoe/a.PNG", "bag/1.png", "bag/10.png", "bag/2.bmp"]):
        save(tmp_path / name, level)
    return tmp_path


def test_order_labels_and_names(root: Path) -> None:
    data = read_image_folder(root)
    assert data.class_names == ("bag", "shoe")
    assert [path.name for path in data.paths] == ["1.png", "10.png", "2.bmp", "a.PNG", "b.png"]
    assert data.images[:, 0, 0].tolist() == [2, 3, 4, 1, 0]
    assert data.labels.tolist() == [0, 0, 0, 1, 1]
    assert data.images.shape == (5, 4, 6)
    assert data.images.dtype == np.uint8
    assert data.labels.dtype == np.int64
    assert data.skipped == ()


def test_other_files_are_listed_and_hidden_ones_left_out(root: Path) -> None:
    (root / "README.txt").write_text("about")
    (root / "bag" / "labels.csv").write_text("1,2")
    (root / "bag" / "more.png").mkdir()
    (root / "bag" / ".DS_Store").write_text("?")
    (root / ".cache").mkdir()
    data = read_image_folder(root)
    assert len(data.images) == 5
    assert data.skipped == (root / "README.txt", root / "bag" / "labels.csv", root / "bag" / "more.png")


def test_colour_and_size(root: Path) -> None:
    save(root / "bag" / "large.png", 9, (30, 20))
    data = read_image_folder(str(root), size=(2, 3), mode="rgb")
    assert data.images.shape == (6, 2, 3, 3)
    assert data.images[data.paths.index(root / "bag" / "large.png")].tolist() == [[[9] * 3] * 3] * 2


def test_differing_sizes_are_refused_by_name(root: Path) -> None:
    save(root / "shoe" / "large.png", 9, (30, 20))
    with pytest.raises(DataError) as caught:
        read_image_folder(root)
    assert str(caught.value) == (
        f"{root}/shoe/large.png: expected 4 x 6 pixels (height x width), as in {root}/bag/1.png, got 30 x 20 pixels. "
        "Pass size=(4, 6), say, and all are resized."
    )


def test_unreadable_file_is_named(root: Path) -> None:
    (root / "shoe" / "c.png").write_bytes(b"\x89PNG\r\n\x1a\n and nothing")
    with pytest.raises(FileFormatError, match=r"shoe/c\.png: expected a readable image, got "):
        read_image_folder(root)


def test_empty_class_is_named(root: Path) -> None:
    (root / "hat").mkdir()
    (root / "hat" / "note.txt").write_text("to do")
    with pytest.raises(DataError, match=r"hat: expected at least one image, got 1 other entries\. Add images or"):
        read_image_folder(root)


def test_no_class_folders(tmp_path: Path) -> None:
    save(tmp_path / "a.png", 1)
    with pytest.raises(DataError, match=r"expected one folder a class, got 1 files and no folder\. Put the images"):
        read_image_folder(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"absent: expected a folder with one folder a class, got no such folder"):
        read_image_folder(tmp_path / "absent")
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="got a file"):
        read_image_folder(tmp_path / "file")


def test_bad_size(root: Path) -> None:
    with pytest.raises(HyperparameterError, match="height as an integer of at least 1, got 0"):
        read_image_folder(root, size=(0, 3))
