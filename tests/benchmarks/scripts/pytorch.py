"""PyTorch: python -m tests.benchmarks.scripts.pytorch FOLDER EPOCHS."""

import os
import sys
from typing import Any

import torch
from torch.nn import functional

from tests.benchmarks.scripts.idx import read


def main(folder: str, epochs: int) -> float:
    """Train, and return the accuracy."""
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(0)
    images, labels, test_images, test_labels = map(torch.from_numpy, read(folder))
    model = torch.nn.Sequential(
        torch.nn.Linear(784, 128),
        torch.nn.ReLU(),
        torch.nn.Linear(128, 128),
        torch.nn.ReLU(),
        torch.nn.Linear(128, 10),
    )
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, fused=True)
    for _ in range(epochs):
        for rows in torch.randperm(len(images)).split(128):  # several times as fast as a DataLoader
            loss = functional.cross_entropy(model(images[rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.inference_mode():
        right: Any = (model(test_images).argmax(1) == test_labels).float().mean()
    return float(right)


if __name__ == "__main__":
    print(main(sys.argv[1], int(sys.argv[2])))
