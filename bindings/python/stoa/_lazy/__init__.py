"""Lazy computation: expressions, selections, programs."""
