"""Modules by kind."""
