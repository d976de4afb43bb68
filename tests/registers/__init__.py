"""Tests of the lists that others keep."""
