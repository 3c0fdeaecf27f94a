"""Whole scripts: the book's network for Fashion-MNIST, 784-128-128-10, as one would write it with each library.

Each reads the four files in the folder that it is given, scales the pixels to [-1, 1], trains for so many epochs with
Adam in shuffled batches of 128, and prints its accuracy on the test images as its last line.
"""
