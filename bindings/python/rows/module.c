/* module.c: stoa._rows, the extension that makes rows fast on CPython.
 *
 * connect() passes the Python functions that the extension calls. Tables exist only after that. */
#include "rows.h"

References references;
PyObject *rows__beyond_uint64, *rows__values_name, *rows__post_init_name;

void raise_stale(const char *what)
{
    PyObject *none = PyObject_CallFunction(references.raise_stale, "s", what);
    Py_XDECREF(none);
}

void raise_closed(const Slot *slot)
{
    PyObject *reason = slot->reason; /* which another thread may replace */
    Py_INCREF(reason);
    PyObject *none = PyObject_CallFunctionObjArgs(references.raise_closed, reason, NULL);
    Py_DECREF(reason);
    Py_XDECREF(none);
}

static PyObject *connect(PyObject *module, PyObject *unused, PyObject *named)
{
    (void)module;
    if (PyTuple_GET_SIZE(unused) > 0 || named == NULL) {
        PyErr_SetString(PyExc_TypeError, "functions are given by name");
        return NULL;
    }
#define TAKE(name)                                                             \
    {                                                                          \
        PyObject *found = PyDict_GetItemString(named, #name);                  \
        if (found == NULL)                                                     \
            return PyErr_Format(PyExc_TypeError, "connect() needs %s", #name); \
        Py_INCREF(found);                                                      \
        Py_XSETREF(references.name, found);                                    \
    }
    ROWS_REFERENCES(TAKE)
#undef TAKE
    Py_RETURN_NONE;
}

static PyMethodDef module_methods[] = {
    {"adopt", rows__adopt, METH_O,
     "adopt(row_class, /)\n--\n\nLets rows of the class use the free list, if they may."},
    {"connect", (PyCFunction)(void (*)(void))connect, METH_VARARGS | METH_KEYWORDS,
     "connect(**functions)\n--\n\nGives the extension what Python does for it."},
    {"document", rows__document, METH_VARARGS,
     "document(method, text, /)\n--\n\nThe same method of C with another docstring."},
    {"extend", rows__extend, METH_VARARGS,
     "extend(table, records, /)\n--\n\nAppends a list's records; False: not done, nothing "
     "changed."},
    {"gather", rows__gather, METH_VARARGS,
     "gather(table, records, /)\n--\n\nThe records of an iterable as columns: a bytearray for "
     "each field, and then one for its validity bits, or None; None: not done."},
    {"iterate", rows__iterate, METH_VARARGS,
     "iterate(table, positions, follows, mode, fields, /)\n--\n\nAn iterator over rows (mode 0), "
     "one row that moves (1), or tuples (2)."},
    {"link", rows__link, METH_VARARGS,
     "link(intern, cut, /)\n--\n\nThe addresses of stoa_string_pool_intern and "
     "stoa__strings_cut."},
    {"new_row", rows__new_row, METH_VARARGS,
     "new_row(table, index, /)\n--\n\nA row; the index is not checked."},
    {"renew", rows__renew, METH_VARARGS,
     "renew(row, view, /)\n--\n\nMakes it a row of another view of its table."},
    {"row_id", rows__row_id, METH_O,
     "row_id(row, /)\n--\n\nThe id of a row; None: it has none, or Python must tell why."},
    {"strings", rows__strings, METH_O,
     "strings(texts, /)\n--\n\nAn array of stoa_string, as bytes, for a list of str."},
    {"teach", rows__teach, METH_VARARGS,
     "teach(record, sealed, fields, has_post_init, /)\n--\n\nLets a record class make objects of "
     "its sealed class, and these take stores, in C."},
    {NULL, NULL, 0, NULL},
};

/* Objects of the bases are made in the usual way, including by object.__new__. */
static int add_types(PyObject *module)
{
    rows__StoreBase.tp_new = PyBaseObject_Type.tp_new;
    rows__SequenceBase.tp_new = PyBaseObject_Type.tp_new;
    rows__RecordBase.tp_new = PyBaseObject_Type.tp_new;
    rows__Bufferable.tp_new = PyBaseObject_Type.tp_new;
    rows__RecordTypeBase.tp_base = &PyType_Type;
    rows__RecordTypeBase.tp_basicsize = sizeof(RecordClass);
    PyTypeObject *types[] = {
        &rows__View,     &rows__StoreBase,  &rows__SequenceBase,   &rows__Row,
        &rows__Field,    &rows__RecordBase, &rows__RecordTypeBase, &rows__Recipe,
        &rows__Iterator, &rows__Values,     &rows__Sealed,         &rows__Bufferable,
        &rows__Loan,     &rows__Moments};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (PyModule_AddType(module, types[i]) < 0)
            return -1;
    return 0;
}

static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "stoa._rows",
    .m_doc = "Rows at the speed of C; what they mean is in stoa's Python.",
    .m_size = -1,
    .m_methods = module_methods,
};

static int add_by_id(PyObject *module)
{
    PyObject *by_id = rows__by_id();
    if (by_id != NULL && PyModule_AddObject(module, "by_id", by_id) == 0) /* which takes it */
        return 0;
    Py_XDECREF(by_id);
    return -1;
}

static bool make_constants(void)
{
    rows__beyond_uint64 = PyLong_FromString("0x10000000000000000", NULL, 16);
    rows__values_name = PyUnicode_InternFromString("_stoa_values");
    rows__post_init_name = PyUnicode_InternFromString("__post_init__");
    return rows__beyond_uint64 != NULL && rows__values_name != NULL && rows__post_init_name != NULL;
}

PyMODINIT_FUNC PyInit__rows(void);

PyMODINIT_FUNC PyInit__rows(void)
{
    PyObject *module = PyModule_Create(&module_def);
    if (module == NULL || !make_constants() || !rows__import_datetime() || add_types(module) < 0 ||
        add_by_id(module) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
