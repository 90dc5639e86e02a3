/* iterate.c: iterators for loops over tables, windows and selections.
 *
 * ROWS alternates between two row objects and reuses the next one if nobody else holds it: when a
 * loop asks for the next row, its variable still holds the previous one. CURSOR always gives the
 * same row object. VALUES gives plain tuples of some fields, and reuses one tuple while nobody else
 * holds it (not if it holds objects, since the garbage collector may have untracked a tuple that
 * had none).
 * Positions are a range or an array of indices. An iterator that follows its table also gives rows
 * that were appended later. After a removal or reordering the iterator is stale. An iterator that
 * has ended stays at its end. */
#include "cell.h"

typedef enum Mode { ROWS, CURSOR, VALUES } Mode;

typedef struct Iterator {
    PyObject_HEAD PyObject *table;
    View *view;
    uint64_t order;
    size_t next; /* the next row, or the next place in `indices` */
    size_t left;
    Py_ssize_t step;
    Py_buffer indices; /* buf NULL: the positions are a range */
    Mode mode;
    bool follows, ended;
    PyObject *made[2]; /* rows or tuples that may be reused; NULL: none yet */
    int turn;
    Py_ssize_t count; /* number of fields, for VALUES */
    const Slot **slots;
    bool has_objects, runs_code;
} Iterator;

/* ---- the next position ---- */

static bool find_more(Iterator *it)
{
    size_t rows = it->view->core->rows;
    if (!it->follows || it->next >= rows)
        return false;
    it->left = rows - it->next;
    return true;
}

/* Moves on to the next position; false at the end, or with an exception. */
static inline bool advance(Iterator *it, size_t *index)
{
    if (it->ended)
        return false;
    if (it->view->core->order != it->order) {
        it->ended = true;
        raise_stale(it->mode == CURSOR ? "cursor" : "iterator");
        return false;
    }
    if (it->left == 0 && !find_more(it)) {
        it->ended = true;
        return false;
    }
    it->left--;
    *index = it->indices.buf != NULL ? ((const size_t *)it->indices.buf)[it->next] : it->next;
    it->next += (size_t)it->step;
    return true;
}

/* ---- rows ---- */

static PyObject *fresh_row(Iterator *it, PyObject **place, size_t index)
{
    PyObject *row = (PyObject *)row_new(it->view, it->table, it->order, index);
    if (row != NULL && is_reusable(it->view->row_class)) {
        Py_XDECREF(*place);
        *place = new_reference(row);
    }
    return row;
}

static PyObject *next_row(PyObject *self)
{
    Iterator *it = (Iterator *)(void *)self;
    size_t index;
    if (!advance(it, &index))
        return NULL;
    PyObject **place = &it->made[it->turn];
    it->turn ^= 1;
    if (*place == NULL || Py_REFCNT(*place) != 1)
        return fresh_row(it, place, index);
    ((Row *)(void *)*place)->index = index;
    return new_reference(*place);
}

static PyObject *next_of_cursor(PyObject *self)
{
    Iterator *it = (Iterator *)(void *)self;
    size_t index;
    if (!advance(it, &index))
        return NULL;
    if (it->made[0] == NULL) {
        it->made[0] = (PyObject *)row_new(it->view, it->table, it->order, index);
        if (it->made[0] == NULL)
            return NULL;
    }
    ((Row *)(void *)it->made[0])->index = index;
    return new_reference(it->made[0]);
}

/* ---- values ---- */

static PyObject *tuple_for(Iterator *it)
{
    PyObject *made = it->made[0];
    if (made != NULL && Py_REFCNT(made) == 1) {
#if PY_VERSION_HEX >= 0x030E0000
        ((PyTupleObject *)(void *)made)->ob_hash = -1; /* the old values' hash is cached */
#endif
        return new_reference(made);
    }
    made = PyTuple_New(it->count);
#ifndef Py_GIL_DISABLED
    if (made != NULL && !it->has_objects && it->count > 0) {
        Py_XDECREF(it->made[0]);
        it->made[0] = new_reference(made);
    }
#endif
    return made;
}

static PyObject *read_slot(Iterator *it, const Slot *slot, size_t index)
{
    if (it->runs_code && !is_fresh(it->view, it->order, index)) { /* since the value before */
        it->ended = true;
        raise_stale("iterator");
        return NULL;
    }
    if (slot->cells != NULL)
        return cell_value(it->view, slot, slot->values, slot->cells, index, NULL);
    raise_closed(slot);
    it->ended = true;
    return NULL;
}

/* The tuple is allocated before values are read: an allocation may run the garbage collector, and
 * thereby any code. */
static PyObject *next_values(PyObject *self)
{
    Iterator *it = (Iterator *)(void *)self;
    size_t index;
    PyObject *values = tuple_for(it);
    if (values == NULL || !advance(it, &index)) {
        Py_XDECREF(values);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < it->count; i++) {
        PyObject *before = PyTuple_GET_ITEM(values, i);
        PyObject *value = read_slot(it, it->slots[i], index);
        if (value == NULL) {
            Py_DECREF(values);
            return NULL;
        }
        PyTuple_SET_ITEM(values, i, value);
        Py_XDECREF(before);
    }
    return values;
}

static PyObject *next_step(PyObject *self)
{
    Mode mode = ((Iterator *)(void *)self)->mode;
    if (mode == VALUES)
        return next_values(self);
    return mode == ROWS ? next_row(self) : next_of_cursor(self);
}

/* ---- making an iterator ---- */

static bool take_size(PyObject *positions, const char *name, Py_ssize_t *value)
{
    PyObject *found = PyObject_GetAttrString(positions, name);
    *value = found != NULL ? PyLong_AsSsize_t(found) : -1;
    Py_XDECREF(found);
    return found != NULL && !(*value == -1 && PyErr_Occurred());
}

static bool take_range(Iterator *it, PyObject *positions)
{
    Py_ssize_t start, length = PyObject_Size(positions);
    if (length < 0 || !take_size(positions, "start", &start) ||
        !take_size(positions, "step", &it->step))
        return false;
    it->next = (size_t)start;
    it->left = (size_t)length;
    return true;
}

static bool take_indices(Iterator *it, PyObject *positions)
{
    if (PyObject_GetBuffer(positions, &it->indices, PyBUF_SIMPLE) < 0)
        return false;
    it->left = (size_t)it->indices.len / sizeof(size_t);
    it->step = 1;
    return true;
}

/* Whether all positions are existing rows. The indices may be out of date. */
static bool are_rows(const Iterator *it)
{
    size_t rows = it->view->core->rows;
    if (it->left == 0)
        return true;
    if (it->indices.buf == NULL) {
        size_t last = it->next + (it->left - 1) * (size_t)it->step;
        return it->next < rows && last < rows;
    }
    for (size_t i = 0; i < it->left; i++)
        if (((const size_t *)it->indices.buf)[i] >= rows)
            return false;
    return true;
}

/* The fields are given by their places in the record. */
static bool take_slots(Iterator *it, PyObject *fields)
{
    it->count = PyTuple_GET_SIZE(fields);
    it->slots = PyMem_Calloc((size_t)it->count + 1, sizeof *it->slots);
    if (it->slots == NULL) {
        PyErr_NoMemory();
        return false;
    }
    for (Py_ssize_t i = 0; i < it->count; i++) {
        Py_ssize_t field = PyLong_AsSsize_t(PyTuple_GET_ITEM(fields, i));
        if (field < 0 || field >= it->view->width) {
            PyErr_SetString(PyExc_IndexError, "there is no such field");
            return false;
        }
        it->slots[i] = &it->view->slots[field];
        it->runs_code = it->runs_code || it->slots[i]->values == DECODED;
        it->has_objects = it->has_objects || it->runs_code || it->slots[i]->type == STOA_OBJECT;
    }
    return true;
}

/* iterate(table, positions, follows, mode, fields). The fields are for VALUES. */
PyObject *rows__iterate(PyObject *module, PyObject *arguments)
{
    PyObject *table, *positions, *fields;
    int follows, mode;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O!OpiO!", &rows__SequenceBase, &table, &positions, &follows,
                          &mode, &PyTuple_Type, &fields))
        return NULL;
    View *view = sequence_needs_view(table);
    if (view == NULL)
        return NULL;
    Py_INCREF(view); /* before an allocation, which may run the garbage collector */
    Iterator *it = PyObject_GC_New(Iterator, &rows__Iterator);
    if (it == NULL) {
        Py_DECREF(view);
        return NULL;
    }
    memset((char *)it + offsetof(Iterator, table), 0, sizeof *it - offsetof(Iterator, table));
    it->table = new_reference(table);
    it->view = view;
    it->order = view->core->order;
    it->follows = follows != 0;
    it->mode = (Mode)mode;
    bool is_made =
        PyRange_Check(positions) ? take_range(it, positions) : take_indices(it, positions);
    if (is_made && !are_rows(it)) { /* another thread has removed rows meanwhile */
        raise_stale("iterator");
        is_made = false;
    }
    is_made = is_made && take_slots(it, fields);
    PyObject_GC_Track(it);
    if (is_made)
        return (PyObject *)it;
    Py_DECREF(it);
    return NULL;
}

static int iterator_traverse(PyObject *self, visitproc visit, void *arg)
{
    Iterator *it = (Iterator *)(void *)self;
    Py_VISIT(it->table);
    Py_VISIT(it->view);
    Py_VISIT(it->made[0]);
    Py_VISIT(it->made[1]);
    return 0;
}

static void iterator_dealloc(PyObject *self)
{
    Iterator *it = (Iterator *)(void *)self;
    PyObject_GC_UnTrack(self);
    PyMem_Free((void *)it->slots);
    PyBuffer_Release(&it->indices);
    Py_XDECREF(it->made[0]);
    Py_XDECREF(it->made[1]);
    Py_XDECREF(it->view);
    Py_XDECREF(it->table);
    PyObject_GC_Del(self);
}

static PyObject *length_hint(PyObject *self, PyObject *unused)
{
    const Iterator *it = (const Iterator *)(const void *)self;
    (void)unused;
    return PyLong_FromSize_t(it->ended ? 0 : it->left);
}

static PyMethodDef iterator_methods[] = {
    {"__length_hint__", length_hint, METH_NOARGS, "How many there are left, about."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject rows__Iterator = {
    ROWS_TYPE("Iterator"),
    .tp_doc = "Rows of a table, or their values, one after the other.",
    .tp_basicsize = sizeof(Iterator),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = iterator_traverse,
    .tp_dealloc = iterator_dealloc,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = next_step,
    .tp_methods = iterator_methods,
};
