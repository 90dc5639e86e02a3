"""The library's table and the data that Python keeps beside it."""
