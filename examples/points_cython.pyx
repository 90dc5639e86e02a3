# cython: language_level=3
"""The point as a Cython cdef class, for points_kinds.py; tools/demo compiles it."""


cdef class Point:
    cdef public int x, y, z

    def __init__(self, int x, int y, int z):
        self.x = x
        self.y = y
        self.z = z
