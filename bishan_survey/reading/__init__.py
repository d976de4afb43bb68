"""From bytes to grids of texts at their true addresses: every format that villages send, read where it can do no harm.

Imports nothing heavy: the worker processes start from here.
"""
