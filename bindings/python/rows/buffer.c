/* buffer.c: __buffer__(flags) on CPython before 3.12. Later versions call the method themselves
 * (PEP 688), and this base has no effect.
 *
 * A consumer gets memory of the memoryview that the method returned. A Loan keeps that memoryview
 * alive, instead of an export of it, because the garbage collector clears a memoryview in a cycle
 * even if it has exports, and releasing such an export then crashes. The Loan makes a memoryview of
 * its own, which nobody else can release. */
#include "rows.h"

typedef struct Loan {
    PyObject_HEAD PyObject *memory; /* a memoryview */
} Loan;

static int loan_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((Loan *)(void *)self)->memory);
    return 0;
}

static void loan_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_DECREF(((Loan *)(void *)self)->memory);
    PyObject_GC_Del(self);
}

/* Without tp_clear: a cycle through a Loan also goes through memoryviews, which can be cleared. */
PyTypeObject rows__Loan = {
    ROWS_TYPE("Loan"),
    .tp_doc = "What holds the memory that a column has lent.",
    .tp_basicsize = sizeof(Loan),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = loan_traverse,
    .tp_dealloc = loan_dealloc,
};

/* A new Loan of the memory that __buffer__ returned. */
static PyObject *loan_of(PyObject *lent)
{
    if (!PyMemoryView_Check(lent))
        return PyErr_Format(PyExc_TypeError, "__buffer__ returned non-memoryview object");
    PyObject *memory = PyMemoryView_FromObject(lent);
    Loan *loan = memory != NULL ? PyObject_GC_New(Loan, &rows__Loan) : NULL;
    if (loan == NULL) {
        Py_XDECREF(memory);
        return NULL;
    }
    loan->memory = memory;
    PyObject_GC_Track(loan);
    return (PyObject *)loan;
}

static int get_buffer(PyObject *self, Py_buffer *view, int flags)
{
    PyObject *lent = PyObject_CallMethod(self, "__buffer__", "i", flags);
    PyObject *loan = lent != NULL ? loan_of(lent) : NULL;
    Py_XDECREF(lent);
    view->obj = NULL;
    if (loan == NULL)
        return -1;
    if (PyObject_GetBuffer(((Loan *)(void *)loan)->memory, view, flags) < 0) {
        Py_DECREF(loan);
        return -1;
    }
    Py_buffer exported = *view;
    PyBuffer_Release(&exported);
    view->obj = loan;
    return 0;
}

static PyBufferProcs bufferable_buffer = {.bf_getbuffer = get_buffer};

PyTypeObject rows__Bufferable = {
    ROWS_TYPE("Bufferable"),
    .tp_doc = "The base of what has a __buffer__, before CPython 3.12.",
    .tp_basicsize = sizeof(PyObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_as_buffer = &bufferable_buffer,
};
