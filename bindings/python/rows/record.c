/* record.c: what every record does by its values: iteration, equality, to_tuple, to_dict.
 *
 * The base of Python's Record has these, so that a record class may override them as any method.
 * A row's values are read from its view; a standalone record tells its own by _stoa_values(). */
#include "cell.h"

/* A new tuple. */
static PyObject *values_of(PyObject *record)
{
    if (is_row(record))
        return row_values((const Row *)(const void *)record);
    PyObject *values = PyObject_CallMethodObjArgs(record, rows__values_name, NULL);
    if (values == NULL || PyTuple_Check(values))
        return values;
    Py_DECREF(values);
    PyErr_SetString(PyExc_TypeError, "_stoa_values() gave no tuple");
    return NULL;
}

static PyObject *record_iter(PyObject *self)
{
    PyObject *values = values_of(self);
    if (values == NULL)
        return NULL;
    PyObject *made = PyObject_GetIter(values);
    Py_DECREF(values);
    return made;
}

static PyObject *equal(PyObject *self, PyObject *other)
{
    PyObject *result = NULL, *mine = values_of(self);
    PyObject *others = mine == NULL       ? NULL
                       : is_record(other) ? values_of(other)
                                          : new_reference(other);
    if (others != NULL)
        result = PyObject_RichCompare(mine, others, Py_EQ);
    Py_XDECREF(mine);
    Py_XDECREF(others);
    return result;
}

/* != is what == is not, whoever defines that. */
static PyObject *unequal(PyObject *self, PyObject *other)
{
    PyObject *result = Py_TYPE(self)->tp_richcompare(self, other, Py_EQ);
    if (result == NULL || result == Py_NotImplemented)
        return result;
    int is_equal = PyObject_IsTrue(result);
    Py_DECREF(result);
    return is_equal < 0 ? NULL : PyBool_FromLong(!is_equal);
}

static PyObject *record_compare(PyObject *self, PyObject *other, int operation)
{
    if (operation == Py_NE)
        return unequal(self, other);
    if (operation == Py_EQ && (is_record(other) || PyTuple_Check(other)))
        return equal(self, other);
    Py_RETURN_NOTIMPLEMENTED;
}

static PyObject *record_to_tuple(PyObject *self, PyObject *unused)
{
    (void)unused;
    return values_of(self);
}

static PyObject *named_values(PyObject *names, PyObject *values)
{
    PyObject *made = PyDict_New();
    if (made != NULL &&
        (!PyTuple_Check(names) || PyTuple_GET_SIZE(names) != PyTuple_GET_SIZE(values))) {
        PyErr_SetString(PyExc_TypeError, "a record with other values than fields");
        Py_CLEAR(made);
    }
    for (Py_ssize_t i = 0; made != NULL && i < PyTuple_GET_SIZE(values); i++)
        if (PyDict_SetItem(made, PyTuple_GET_ITEM(names, i), PyTuple_GET_ITEM(values, i)) < 0)
            Py_CLEAR(made);
    return made;
}

static PyObject *record_to_dict(PyObject *self, PyObject *unused)
{
    (void)unused;
    if (is_row(self))
        return row_dict((const Row *)(const void *)self);
    PyObject *made = NULL, *values = values_of(self);
    PyObject *names = PyObject_GetAttrString((PyObject *)Py_TYPE(self), "__match_args__");
    if (values != NULL && names != NULL)
        made = named_values(names, values);
    Py_XDECREF(values);
    Py_XDECREF(names);
    return made;
}

static PyMethodDef record_methods[] = {
    {"to_tuple", record_to_tuple, METH_NOARGS,
     "to_tuple($self, /)\n--\n\nA tuple of the values; objects are not copied."},
    {"to_dict", record_to_dict, METH_NOARGS,
     "to_dict($self, /)\n--\n\nA new dict of names and values; objects are not copied."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject rows__RecordBase = {
    ROWS_TYPE("RecordBase"),
    .tp_doc = "The base of Record: what all records do by their values.",
    .tp_basicsize = sizeof(PyObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_iter = record_iter,
    .tp_richcompare = record_compare,
    .tp_hash = PyObject_HashNotImplemented,
    .tp_methods = record_methods,
};
