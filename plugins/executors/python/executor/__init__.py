"""Loads a program and calls its functions."""
