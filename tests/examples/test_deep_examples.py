"""The examples of deep layers on short settings: they train, beat what they must, and draw."""

import importlib
from pathlib import Path
from types import ModuleType

import attrs
import numpy as np
import pytest

import fnn
from tests.fashion import fashion_or_skip

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def example(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(EXAMPLES)
    return importlib.import_module(name)


def some(train: int, test: int) -> fnn.data.FashionMNIST:
    data = fashion_or_skip()
    return attrs.evolve(
        data,
        train_images=data.train_images[:train],
        train_labels=data.train_labels[:train],
        test_images=data.test_images[:test],
        test_labels=data.test_labels[:test],
    )


def is_png(path: Path) -> bool:
    return path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n") and path.stat().st_size > 10_000


def test_the_cnn_of_fashion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, data = example("fashion_cnn", monkeypatch), some(4000, 500)
    accuracy = module.main(tmp_path, epochs=1, data=data)
    assert accuracy > 0.6
    for name in ("curves", "confusion", "wrong"):
        assert is_png(tmp_path / f"fashion_cnn_{name}.png")

    # What was saved answers as what was trained.
    record: type = module.CNN
    bundle = fnn.load(tmp_path / "fashion_cnn.npz", fnn.Bundle[record])  # type: ignore[valid-type]  # a class known at run time only
    assert fnn.tree.size(bundle.params) < 120_000
    assert bundle.class_names == data.class_names
    logits = fnn.predict(module.cnn(), bundle.params, bundle.transform(data.test_images[..., None]))
    assert fnn.accuracy(logits, data.test_labels) == accuracy


def test_noise_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = example("denoise", monkeypatch).main(tmp_path, epochs=2, data=some(4000, 300))
    assert after > before + 1
    assert is_png(tmp_path / "denoise.png")


def test_the_psnr(monkeypatch: pytest.MonkeyPatch) -> None:
    psnr = example("denoise", monkeypatch).psnr
    assert psnr(np.full((2, 3), 0.1), np.zeros((2, 3))) == pytest.approx(20)


def test_sequences_of_different_lengths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, data = example("sequence_classify", monkeypatch), some(6000, 300)
    accuracy = module.main(tmp_path, epochs=2, units=16, data=data)
    assert accuracy > 0.5
    for name in ("curves", "lengths"):
        assert is_png(tmp_path / f"sequence_classify_{name}.png")

    # What was saved reads each sequence alone, without padding, as it read it among longer ones.
    record: type = module.Reader
    params = fnn.load(tmp_path / "sequence_classify.npz", fnn.Bundle[record]).params  # type: ignore[valid-type]  # a class known at run time only
    model, test = module.reader(16), module.trimmed(data.test_images)
    logits = fnn.predict(model, params, module.scaled(test))
    assert fnn.accuracy(logits, data.test_labels) == accuracy
    shortest = int(test.mask.sum(axis=1).argmin())
    alone = module.scaled(fnn.Padded(test.values[[shortest]], test.mask[[shortest]]))
    assert alone.mask.all()
    assert alone.values.shape[1] < 28
    np.testing.assert_allclose(model.apply(params, alone)[0], logits[shortest], atol=1e-5)


def test_blank_rows_are_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.zeros((3, 5, 2), np.uint8)
    images[0, 1:4] = [[1, 2], [0, 0], [3, 4]]  # a blank row between others stays
    images[1] = 7
    sequences = example("sequence_classify", monkeypatch).trimmed(images)
    assert sequences.mask.sum(axis=1).tolist() == [3, 5, 1]  # the last has no ink at all, and keeps a row
    assert sequences.values[0].tolist() == [[1, 2], [0, 0], [3, 4], [0, 0], [0, 0]]
    assert np.array_equal(sequences.values[1], images[1])
    assert not sequences.values[2].any()


def test_kinds_never_trained_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = example("siamese", monkeypatch).main(tmp_path, samples=4000, data=some(8000, 2000))
    ((embedding, pixels, by_angle),) = results
    assert embedding > pixels + 0.03  # 1000 episodes: a standard error is below 0.01
    assert by_angle > pixels > 1 / 3
    assert is_png(tmp_path / "siamese_012.png")


def test_one_shot_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    module = example("siamese", monkeypatch)
    x = np.array([[0.0], [1.0], [10.0], [4.0]])  # the last is nearer to 1 than to 10
    assert module.one_shot(x, np.array([[0, 2], [0, 2]]), np.array([[1, 3], [1, 2]])) == (0.75, 0.25)
    known, asked = module.episodes(np.array([0, 0, 0, 5, 5]), 50, fnn.Key(0))
    assert known.shape == asked.shape == (50, 2)
    assert set(known[:, 0]) == set(asked[:, 0]) == {0, 1, 2}
    assert set(known[:, 1]) == set(asked[:, 1]) == {3, 4}
    assert (known != asked).all()


def test_every_class_is_held_out_and_none_of_them_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    module = example("siamese", monkeypatch)
    assert {c for split in module.SPLITS for c in split} == set(range(10))
    seen = []
    pairs = module.pairs

    def spy(images: object, labels: fnn.IntArray, *, key: fnn.Key) -> object:
        seen.append(set(labels))
        return pairs(images, labels, key=key)

    monkeypatch.setattr(module, "pairs", spy)
    module.train((8, 9, 0), 128, some(300, 10))
    assert seen == [{1, 2, 3, 4, 5, 6, 7}]


def test_positions_of_images(monkeypatch: pytest.MonkeyPatch) -> None:
    image = np.array([[1.0, 2.0], [3.0, 4.0]])
    turned = example("siamese", monkeypatch).turned(np.stack([image] * 8)[..., None], np.arange(8))[..., 0]
    assert turned[:4].tolist() == [[[1, 2], [3, 4]], [[2, 4], [1, 3]], [[4, 3], [2, 1]], [[3, 1], [4, 2]]]
    assert np.array_equal(turned[4:], turned[:4, :, ::-1])
