/* append.c: adds rows: append(), and extend() with tuples, dicts, rows and records.
 *
 * Where the table has room a new row is appended as the inline appends of stoa/record.h do it: its
 * values are stored into the cells behind the last row, and then the number of rows is increased.
 * Everything else is left to Python: values that are not of the field's own type, memory that has
 * to be requested, tables with objects.
 * No Python code runs between the first store and the last. If a row is given up, its cells are
 * zeroed again: cells behind the rows that were never written must be zero, and their validity bits
 * too. Strings that entered the pool for it leave it again. */
#include "cell.h"

enum { MOST_FIELDS = 64 }; /* of an append that is done here */

/* ---- cells behind the end ---- */

/* How many strings the table's pool has. */
static size_t count_texts(const View *view)
{
    return STOA__LIKELY(!view->has_strings) ? 0 : view->core->strings->count;
}

/* Takes back what was stored; texts: how many strings there were before. */
static void give_up(const View *view, size_t first, size_t count, size_t texts)
{
    if (view->has_strings)
        forget_texts(view->core->strings, texts);

    for (Py_ssize_t i = 0; i < view->width; i++) {
        const Slot *slot = &view->slots[i];
        memset(cell_at(slot, first), 0, cell_width(slot->type) * count);
        for (size_t row = first; slot->validity != NULL && row < first + count; row++)
            set_there(slot, row, false);
    }
}

/* Whether `rows` more rows can be appended here. */
static bool has_room(const View *view, size_t rows)
{
    const stoa_table *core = view->core;
    return view->is_plain && core->rows <= core->room && core->room - core->rows >= rows &&
           core->field_count == (size_t)view->width;
}

/* Stores values into the cells of a row of `slots`: those of the view, or slots with cells of their
 * own. False if not all values fit. */
static inline bool store_values(const View *view, const Slot *slots, size_t row,
                                PyObject *const *values)
{
    for (Py_ssize_t i = 0; i < view->width; i++)
        if (store_value(&slots[i], row, values[i]) != FITS)
            return false;
    return true;
}

/* ---- one record of a plain kind ---- */

/* Whether a cell of a reference may be copied: of rows that are gone Python decides. */
static bool holds_row(const Slot *slot, const void *cell)
{
    uint64_t id = *(const uint64_t *)cell;
    size_t index;
    return id == 0 ? slot->takes_none : stoa_table_find_id(slot->target, id, &index) == STOA_OK;
}

/* Copies the cells of a row with the same fields. */
static bool copy_row(const View *view, const Slot *slots, size_t to, const Row *row)
{
    const View *from = row->view;
    if (from->row_class != view->row_class || !is_fresh(from, row->order, row->index) ||
        (view->has_strings && from->core->strings != view->core->strings))
        return false;
    for (Py_ssize_t i = 0; i < view->width; i++) {
        const Slot *source = &from->slots[i];
        if (source->cells == NULL || source->target != slots[i].target)
            return false;
        if (source->target != NULL && !holds_row(&slots[i], cell_at(source, row->index)))
            return false;
        memcpy(cell_at(&slots[i], to), cell_at(source, row->index), cell_width(source->type));
        if (source->validity != NULL)
            set_there(&slots[i], to, is_there(source, row->index));
    }
    return true;
}

/* The slot of a field whose name a dict has as a str of its own, as json's are. */
static const Slot *slot_named(const View *view, PyObject *name)
{
    if (!PyUnicode_CheckExact(name) || PyUnicode_CHECK_INTERNED(name))
        return NULL;
    for (Py_ssize_t i = 0; i < view->width; i++)
        if (PyUnicode_Compare(view->slots[i].name, name) == 0)
            return &view->slots[i];
    return NULL;
}

/* Stores a dict whose keys are exactly the fields. */
static bool store_dict(const View *view, const Slot *slots, size_t row, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t place = 0;
    if (PyDict_GET_SIZE(dict) != view->width)
        return false;
    while (PyDict_Next(dict, &place, &key, &value)) {
        const Slot *known = view_slot(view, key);
        if (known == NULL)
            known = slot_named(view, key);
        const Slot *slot = known != NULL ? &slots[known - view->slots] : NULL;
        if (slot == NULL || store_value(slot, row, value) != FITS)
            return false;
    }
    return true;
}

static bool store_record(const View *view, const Slot *slots, size_t row, PyObject *record)
{
    if (PyTuple_CheckExact(record))
        return PyTuple_GET_SIZE(record) == view->width &&
               store_values(view, slots, row, ((PyTupleObject *)(void *)record)->ob_item);
    if (PyDict_CheckExact(record))
        return store_dict(view, slots, row, record);
    if (is_row(record))
        return copy_row(view, slots, row, (const Row *)(const void *)record);
    return store_standalone(view->record, record, slots, row);
}

static inline bool conclude(View *view, bool is_stored, size_t texts)
{
    if (is_stored)
        stoa__table_publish(view->core, view->core->rows + 1);
    else
        give_up(view, view->core->rows, 1, texts);
    return is_stored;
}

static bool append_values(View *view, PyObject *const *values)
{
    if (!has_room(view, 1))
        return false;
    size_t texts = count_texts(view);
    return conclude(view, store_values(view, view->slots, view->core->rows, values), texts);
}

static bool append_record(View *view, PyObject *record)
{
    if (!has_room(view, 1))
        return false;
    size_t texts = count_texts(view);
    return conclude(view, store_record(view, view->slots, view->core->rows, record), texts);
}

/* Puts positional and named values and defaults into the order of the fields; false if Python has
 * to do it, or to report an error. */
static bool bind_values(const View *view, PyObject *const *given, Py_ssize_t count, PyObject *names,
                        PyObject **values)
{
    Py_ssize_t named = names != NULL ? PyTuple_GET_SIZE(names) : 0, taken = 0;
    if (view->width > MOST_FIELDS)
        return false;
    for (Py_ssize_t i = 0; i < view->width; i++)
        values[i] = taken < count && !view->slots[i].kw_only ? given[taken++] : NULL;
    if (taken < count)
        return false;
    for (Py_ssize_t i = 0; i < named; i++) {
        const Slot *slot = view_slot(view, PyTuple_GET_ITEM(names, i));
        if (slot == NULL || values[slot - view->slots] != NULL)
            return false;
        values[slot - view->slots] = given[count + i];
    }
    for (Py_ssize_t i = 0; i < view->width; i++) {
        if (values[i] == NULL)
            values[i] = view->slots[i].initial;
        if (values[i] == NULL)
            return false;
    }
    return true;
}

static bool append_given(View *view, PyObject *const *given, Py_ssize_t count, PyObject *names)
{
    PyObject *values[MOST_FIELDS];
    if (names == NULL && count == view->width && view->is_positional)
        return append_values(view, given);
    if (names == NULL && count == 1 && append_record(view, given[0]))
        return true;
    return bind_values(view, given, count, names, values) && append_values(view, values);
}

PyObject *rows__append(PyObject *self, PyObject *const *values, Py_ssize_t count, PyObject *names)
{
    if (sequence_needs_view(self) == NULL)
        return NULL;
    View *view = sequence_view(self);
    if (view != NULL && append_given(view, values, count, names))
        Py_RETURN_NONE;
    PyObject *method = PyMethod_New(references.append, self);
    if (method == NULL)
        return NULL;
    PyObject *result = PyObject_Vectorcall(method, values, (size_t)count, names);
    Py_DECREF(method);
    return result;
}

/* ---- many rows ---- */

/* Appends all records, or none. */
static bool append_records(View *view, PyObject *const *records, size_t count)
{
    size_t first = view->core->rows, texts = count_texts(view);
    for (size_t i = 0; i < count; i++)
        if (!store_record(view, view->slots, first + i, records[i])) {
            give_up(view, first, i + 1, texts);
            return false;
        }
    stoa__table_publish(view->core, first + count);
    return true;
}

/* Reserves room for `rows` more rows. If that fails, Python repeats it and reports the error. */
static void make_room(PyObject *table, size_t rows)
{
    const View *view = sequence_view(table);
    if (view == NULL || !view->is_plain || has_room(view, rows) ||
        rows > PTRDIFF_MAX - view->core->rows)
        return;
    PyObject *none = PyObject_CallFunction(references.reserve, "On", table,
                                           (Py_ssize_t)(view->core->rows + rows));
    Py_XDECREF(none);
    if (none == NULL)
        PyErr_Clear();
}

/* extend(table, records): appends the records of a list or tuple; returns whether it did. Any code
 * may run before the view is looked up for the last time. */
PyObject *rows__extend(PyObject *module, PyObject *arguments)
{
    PyObject *table, *records;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O!O", &rows__SequenceBase, &table, &records))
        return NULL;
    if (sequence_needs_view(table) == NULL)
        return NULL;
    if (!(PyList_CheckExact(records) || PyTuple_CheckExact(records)) ||
        PySequence_Fast_GET_SIZE(records) == 0)
        Py_RETURN_FALSE;
    make_room(table, (size_t)PySequence_Fast_GET_SIZE(records));
    View *view = sequence_view(table);
    size_t count = (size_t)PySequence_Fast_GET_SIZE(records);
    return PyBool_FromLong(view != NULL && has_room(view, count) &&
                           append_records(view, PySequence_Fast_ITEMS(records), count));
}

/* ---- many records, one by one ---- */

/* Records that are collected, as columns outside the table. */
typedef struct Gathered {
    PyObject *table;
    View *view;
    Slot *slots;        /* slots like the view's, with cells in the columns */
    PyObject **columns; /* bytearrays; behind them those of validity bits, or NULL */
    size_t rows, room;
} Gathered;

/* Bits are set or cleared with each row, whatever they were. */
static bool gather_bits(Gathered *to, Py_ssize_t i, size_t room)
{
    PyObject *bits = to->columns[to->view->width + i];
    if (bits == NULL)
        return true;
    if (PyByteArray_Resize(bits, (Py_ssize_t)(room / 64 * 8 + 8)) < 0)
        return false;
    to->slots[i].validity = (uint64_t *)(void *)PyByteArray_AS_STRING(bits);
    return true;
}

static bool gather_room(Gathered *to, size_t room)
{
    for (Py_ssize_t i = 0; i < to->view->width; i++) {
        if (!gather_bits(to, i, room))
            return false;
        size_t width = cell_width(to->slots[i].type);
        if (width > 0 && room > PTRDIFF_MAX / width) {
            PyErr_NoMemory();
            return false;
        }
        if (PyByteArray_Resize(to->columns[i], (Py_ssize_t)(room * width)) < 0)
            return false;
        to->slots[i].cells = PyByteArray_AS_STRING(to->columns[i]);
    }
    to->room = room;
    return true;
}

/* Collects a record that Python must convert. */
static bool gather_converted(Gathered *to, PyObject *record)
{
    PyObject *values = PyObject_CallFunction(references.plain_values, "OOn", to->table, record,
                                             (Py_ssize_t)to->rows);
    if (values == NULL)
        return false;
    bool is_stored =
        PyTuple_CheckExact(values) && store_record(to->view, to->slots, to->rows, values);
    Py_DECREF(values);
    if (!is_stored) /* meanwhile the table has other fields */
        (void)PyObject_CallFunctionObjArgs(references.raise_changed, NULL);
    return is_stored;
}

static bool gather_all(Gathered *to, PyObject *iterator)
{
    PyObject *record;
    while ((record = PyIter_Next(iterator)) != NULL) {
        bool is_stored =
            (to->rows < to->room || gather_room(to, 2 * to->room)) &&
            (store_record(to->view, to->slots, to->rows, record) || gather_converted(to, record));
        Py_DECREF(record);
        if (!is_stored)
            return false;
        to->rows++;
    }
    return !PyErr_Occurred() && gather_room(to, to->rows);
}

static bool gather_begin(Gathered *to)
{
    size_t width = (size_t)to->view->width;
    to->slots = PyMem_Calloc(width, sizeof *to->slots);
    to->columns = PyMem_Calloc(2 * width, sizeof *to->columns);
    if (to->slots == NULL || to->columns == NULL) {
        PyErr_NoMemory();
        return false;
    }
    for (size_t i = 0; i < width; i++) {
        to->slots[i] = to->view->slots[i];
        bool has_bits = to->slots[i].validity != NULL;
        to->columns[i] = PyByteArray_FromStringAndSize(NULL, 0);
        to->columns[width + i] = has_bits ? PyByteArray_FromStringAndSize(NULL, 0) : NULL;
        if (to->columns[i] == NULL || (has_bits && to->columns[width + i] == NULL))
            return false;
    }
    return gather_room(to, 64);
}

static PyObject *gather_end(Gathered *to, bool is_done)
{
    PyObject *result = is_done ? PyTuple_New(2 * to->view->width) : NULL;
    for (Py_ssize_t i = 0; to->columns != NULL && i < 2 * to->view->width; i++) {
        PyObject *column = to->columns[i];
        if (result != NULL)
            PyTuple_SET_ITEM(result, i, column != NULL ? column : new_reference(Py_None));
        else
            Py_XDECREF(column);
    }
    PyMem_Free(to->columns);
    PyMem_Free(to->slots);
    Py_DECREF(to->view);
    return result;
}

/* gather(table, records): see module.c. None if the table has objects, strings or references. Each
 * record is read at once, since an iterator may yield the same object again. */
PyObject *rows__gather(PyObject *module, PyObject *arguments)
{
    Gathered to = {.table = NULL};
    PyObject *records;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O!O", &rows__SequenceBase, &to.table, &records))
        return NULL;
    to.view = sequence_needs_view(to.table);
    if (to.view == NULL)
        return NULL;
    if (!to.view->is_plain || to.view->has_references || to.view->has_strings)
        Py_RETURN_NONE;
    Py_INCREF(to.view);
    PyObject *iterator = PyObject_GetIter(records);
    bool is_done = iterator != NULL && gather_begin(&to) && gather_all(&to, iterator);
    Py_XDECREF(iterator);
    return gather_end(&to, is_done);
}
