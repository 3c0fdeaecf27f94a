"""The node cases of the ONNX package, run against fnn's ops: an oracle that nobody here wrote.

ONNX defines each operator by a text, and by cases: one node, its attributes, its inputs, and the outputs wanted. Here
stands one small function for each operator that fnn has in some form. It takes the arrays from ONNX's layout (channels
first, gates in another order) to fnn's, calls the op, and takes the result back; it computes as little as it can. What
it cannot express it refuses, with one of the reasons in `tests.onnx.node`. `tests.onnx.reference` adds cases to those
of ONNX where they are too plain to tell a right layout from a wrong one.
"""
