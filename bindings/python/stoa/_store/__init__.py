"""The library's table and what Python keeps beside it."""
