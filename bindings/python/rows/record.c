/* record.c: what every record does with its values: iteration, equality, to_tuple, to_dict.
 *
 * These are methods of the base of Python's Record, so that a record class can override them. The
 * values of a row are read from its view, those of a standalone record from the object. */
#include "cell.h"

/* ---- iteration ---- */

enum { SHORT = 8, FREE_VALUES = 8 };

/* Iterates over the values that a record had when iteration began, so that x, y, z = row needs no
 * tuple. It is tracked by the garbage collector if there are objects among the values. */
typedef struct Values {
    PyObject_HEAD Py_ssize_t next, count;
    PyObject *items[SHORT]; /* the values from `next` on */
} Values;

static Values *free_values[FREE_VALUES];
static int free_count;

static Values *values_allocate(void)
{
    if (free_count == 0)
        return PyObject_GC_New(Values, &rows__Values);
    Values *made = free_values[--free_count];
    (void)PyObject_Init((PyObject *)made, &rows__Values);
    return made;
}

/* For a row with at most SHORT fields. */
static PyObject *values_of_row(const Row *row)
{
    Values *made = values_allocate();
    if (made == NULL)
        return NULL;
    made->next = 0;
    made->count = row_items(row, made->items);
    if (row->view->has_objects)
        PyObject_GC_Track(made);
    if (made->count == row->view->width)
        return (PyObject *)made;
    Py_DECREF(made);
    return NULL;
}

/* NULL without an exception: not a standalone record with at most SHORT fields, all of them set. */
static PyObject *values_of_standalone(PyObject *record)
{
    Values *made = values_allocate();
    if (made == NULL)
        return NULL;
    const Recipe *recipe = standalone_items(record, made->items, SHORT);
    made->next = 0;
    made->count = recipe != NULL ? recipe->width : 0;
    if (recipe != NULL && recipe->has_objects)
        PyObject_GC_Track(made);
    if (recipe != NULL)
        return (PyObject *)made;
    Py_DECREF(made);
    return NULL;
}

static PyObject *values_next(PyObject *self)
{
    Values *values = (Values *)(void *)self;
    return values->next < values->count ? values->items[values->next++] : NULL;
}

static PyObject *values_left(PyObject *self, PyObject *unused)
{
    const Values *values = (const Values *)(const void *)self;
    (void)unused;
    return PyLong_FromSsize_t(values->count - values->next);
}

/* Pickles as an iterator over a tuple of the remaining values. */
static PyObject *values_reduce(PyObject *self, PyObject *unused)
{
    const Values *values = (const Values *)(const void *)self;
    (void)unused;
    PyObject *left = PyTuple_New(values->count - values->next), *result = NULL;
    for (Py_ssize_t i = 0; left != NULL && i < PyTuple_GET_SIZE(left); i++)
        PyTuple_SET_ITEM(left, i, new_reference(values->items[values->next + i]));
    PyObject *of_tuple = left != NULL ? PyObject_GetIter(left) : NULL;
    if (of_tuple != NULL)
        result = PyObject_CallMethod(of_tuple, "__reduce__", NULL);
    Py_XDECREF(of_tuple);
    Py_XDECREF(left);
    return result;
}

static int values_traverse(PyObject *self, visitproc visit, void *arg)
{
    const Values *values = (const Values *)(const void *)self;
    for (Py_ssize_t i = values->next; i < values->count; i++)
        Py_VISIT(values->items[i]);
    return 0;
}

static int values_clear(PyObject *self)
{
    Values *values = (Values *)(void *)self;
    while (values->next < values->count) {
        PyObject *item = values->items[values->next++];
        Py_DECREF(item);
    }
    return 0;
}

static void values_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    (void)values_clear(self);
    if (free_count < FREE_VALUES)
        free_values[free_count++] = (Values *)(void *)self;
    else
        PyObject_GC_Del(self);
}

static PyMethodDef values_methods[] = {
    {"__length_hint__", values_left, METH_NOARGS, "How many there are left."},
    {"__reduce__", values_reduce, METH_NOARGS, "What it is pickled as."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject rows__Values = {
    ROWS_TYPE("Values"),
    .tp_doc = "The values of a row, one after the other.",
    .tp_basicsize = sizeof(Values),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = values_traverse,
    .tp_clear = values_clear,
    .tp_dealloc = values_dealloc,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = values_next,
    .tp_methods = values_methods,
};

/* ---- methods of records ---- */

/* A record's values in a new tuple. */
static PyObject *values_of(PyObject *record)
{
    if (is_row(record))
        return row_values((const Row *)(const void *)record);
    PyObject *values = standalone_values(record);
    if (values == NULL && !PyErr_Occurred())
        values = PyObject_CallMethodObjArgs(record, rows__values_name, NULL);
    if (values == NULL || PyTuple_Check(values))
        return values;
    Py_DECREF(values);
    PyErr_SetString(PyExc_TypeError, "_stoa_values() gave no tuple");
    return NULL;
}

static PyObject *record_iter(PyObject *self)
{
    if (is_reusable(Py_TYPE(self)) || is_row(self)) {
        const Row *row = (const Row *)(const void *)self;
        if (row->view->width <= SHORT)
            return values_of_row(row);
    } else {
        PyObject *made = values_of_standalone(self);
        if (made != NULL || PyErr_Occurred())
            return made;
    }
    PyObject *values = values_of(self);
    if (values == NULL)
        return NULL;
    PyObject *made = PyObject_GetIter(values);
    Py_DECREF(values);
    return made;
}

static bool has_references(PyObject *record)
{
    return is_row(record) ? ((const Row *)(const void *)record)->view->has_references
                          : standalone_has_references(record);
}

static PyObject *equal(PyObject *self, PyObject *other)
{
    PyObject *result = NULL, *mine = values_of(self);
    PyObject *others = mine == NULL       ? NULL
                       : is_record(other) ? values_of(other)
                                          : new_reference(other);
    if (others != NULL && has_references(self))
        result = PyObject_CallFunctionObjArgs(references.same_values, self, mine, others, NULL);
    else if (others != NULL)
        result = PyObject_RichCompare(mine, others, Py_EQ);
    Py_XDECREF(mine);
    Py_XDECREF(others);
    return result;
}

/* != negates ==, which a subclass may have overridden. */
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
    PyObject *values = values_of(self);
    if (values == NULL)
        return NULL;
    PyObject *names = PyObject_GetAttrString((PyObject *)Py_TYPE(self), "_stoa_names");
    PyObject *made = names != NULL ? named_values(names, values) : NULL;
    Py_DECREF(values);
    Py_XDECREF(names);
    return made;
}

static PyMethodDef record_methods[] = {
    {"to_tuple", record_to_tuple, METH_NOARGS, "to_tuple($self, /)\n--\n\n"},
    {"to_dict", record_to_dict, METH_NOARGS, "to_dict($self, /)\n--\n\n"},
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
