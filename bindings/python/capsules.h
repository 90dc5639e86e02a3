/* capsules.h: what stoa._capsules consists of. */
#ifndef STOA_CAPSULES_H
#define STOA_CAPSULES_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* tensor(owner, address, code, bits, shape, strides, flags, is_versioned): see tensors.c. */
PyObject *capsules__tensor(PyObject *self, PyObject *arguments);

#endif
