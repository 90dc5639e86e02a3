"""Rows of tables, and loops over them."""
