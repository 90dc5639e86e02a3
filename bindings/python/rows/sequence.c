/* sequence.c: the base of tables and windows: the store, and the most frequent methods of tables.
 *
 * Python's Table inherits __getitem__, __len__ and append from here. Each handles the plain case,
 * in which no Python code runs, and calls the Python method of the same name for all others. */
#include "cell.h"

View *sequence_needs_view(PyObject *sequence)
{
    View *view = sequence_view(sequence);
    if (view != NULL)
        return view;
    PyObject *store = ((SequenceObject *)(void *)sequence)->store;
    if (store == NULL) {
        PyErr_SetString(PyExc_AttributeError, "a table that was never made");
        return NULL;
    }
    PyObject *none = PyObject_CallFunctionObjArgs(references.current_view, store, NULL);
    Py_XDECREF(none);
    if (none == NULL)
        return NULL;
    view = sequence_view(sequence);
    if (view == NULL)
        PyErr_SetString(PyExc_SystemError, "a store without a view");
    return view;
}

/* ---- items ---- */

static PyObject *sequence_item(PyObject *self, PyObject *key)
{
    View *view = sequence_view(self);
    int64_t index;
    if (view != NULL && PyLong_CheckExact(key) && int64_of(key, &index)) {
        size_t rows = view->core->rows;
        if (index < 0)
            index += (int64_t)rows;
        if (index >= 0 && (size_t)index < rows)
            return (PyObject *)row_new(view, self, view->core->order, (size_t)index);
    }
    return PyObject_CallFunctionObjArgs(references.getitem, self, key, NULL);
}

/* by_id(id) */
static PyObject *sequence_by_id(PyObject *self, PyObject *id)
{
    View *view = sequence_view(self);
    int64_t number;
    size_t row;
    if (view != NULL && PyLong_CheckExact(id) && int64_of(id, &number) && number > 0 &&
        stoa_table_find_id(view->core, (uint64_t)number, &row) == STOA_OK)
        return (PyObject *)row_new(view, self, view->core->order, row);
    return PyObject_CallFunctionObjArgs(references.by_id, self, id, NULL);
}

static Py_ssize_t sequence_length(PyObject *self)
{
    View *view = sequence_needs_view(self);
    return view != NULL ? (Py_ssize_t)view->core->rows : -1;
}

static PyMappingMethods sequence_mapping = {
    .mp_length = sequence_length,
    .mp_subscript = sequence_item,
};

/* ---- the store ---- */

static PyObject *sequence_get_store(PyObject *self, void *unused)
{
    PyObject *store = ((SequenceObject *)(void *)self)->store;
    (void)unused;
    if (store != NULL)
        return new_reference(store);
    PyErr_SetString(PyExc_AttributeError, "_store");
    return NULL;
}

static int sequence_set_store(PyObject *self, PyObject *store, void *unused)
{
    PyObject **place = &((SequenceObject *)(void *)self)->store, *before = *place;
    (void)unused;
    if (store == NULL || !PyObject_TypeCheck(store, &rows__StoreBase)) {
        PyErr_SetString(PyExc_TypeError, "a Store is needed");
        return -1;
    }
    *place = new_reference(store);
    Py_XDECREF(before);
    return 0;
}

static int sequence_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((SequenceObject *)(void *)self)->store);
    return 0;
}

static int sequence_clear(PyObject *self)
{
    Py_CLEAR(((SequenceObject *)(void *)self)->store);
    return 0;
}

static void sequence_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    sequence_clear(self);
    Py_TYPE(self)->tp_free(self);
}

static PyMethodDef sequence_methods[] = {
    {"append", (PyCFunction)(void (*)(void))rows__append, METH_FASTCALL | METH_KEYWORDS,
     "append($self, /, *values, **named)\n--\n\n"},
    {NULL, NULL, 0, NULL},
};

/* Of tables alone, so it is no method of the base: the module has it. */
PyObject *rows__by_id(void)
{
    static PyMethodDef by_id = {"by_id", sequence_by_id, METH_O, "by_id($self, id, /)\n--\n\n"};
    return PyDescr_NewMethod(&rows__SequenceBase, &by_id);
}

static PyGetSetDef sequence_members[] = {
    {"_store", sequence_get_store, sequence_set_store, "The Store.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyTypeObject rows__SequenceBase = {
    ROWS_TYPE("SequenceBase"),
    .tp_doc = "The base of tables and windows: their store.",
    .tp_basicsize = sizeof(SequenceObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = sequence_traverse,
    .tp_clear = sequence_clear,
    .tp_dealloc = sequence_dealloc,
    .tp_as_mapping = &sequence_mapping,
    .tp_methods = sequence_methods,
    .tp_getset = sequence_members,
};
