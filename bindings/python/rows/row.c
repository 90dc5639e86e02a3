/* row.c: rows, and the descriptors of their fields.
 *
 * Rows are tracked by the garbage collector, since an object in a column of a row's own table may
 * refer to the row. They have no tp_clear, because every such cycle also goes through the table.
 * Dropped rows go to a free list, so that a loop over table[i] allocates only one. If the record
 * class has a dictionary, weak references or __del__, rows are allocated and freed in Python's
 * usual way.
 *
 * An attribute is looked up in the view first, by the identity of its name; for a field that takes
 * one probe and no search through the classes. This does not change what an attribute means: the
 * descriptors of fields are in the row's own class, so they come first anyway. */
#include "cell.h"

/* ---- life ---- */

enum { FREE_ROWS = 64 };

static Row *free_rows[FREE_ROWS];
static int free_count;

static void row_dealloc(PyObject *self);

bool is_reusable(PyTypeObject *row_class)
{
    return row_class->tp_dealloc == row_dealloc;
}

static Row *row_allocate(PyTypeObject *row_class)
{
    if (!is_reusable(row_class))
        return (Row *)(void *)row_class->tp_alloc(row_class, 0);
    if (free_count == 0)
        return PyObject_GC_New(Row, row_class);
    Row *row = free_rows[--free_count];
    (void)PyObject_Init((PyObject *)row, row_class);
    return row;
}

Row *row_new(View *view, PyObject *table, uint64_t order, size_t index)
{
    Py_INCREF(view); /* before an allocation, which may run the garbage collector */
    Row *row = row_allocate(view->row_class);
    if (row == NULL) {
        Py_DECREF(view);
        return NULL;
    }
    row->view = view;
    row->table = new_reference(table);
    row->index = index;
    row->order = order;
    if (is_reusable(view->row_class))
        PyObject_GC_Track(row);
    return row;
}

/* The object of a weak reference, a new reference; NULL: it is gone. */
static PyObject *referent(PyObject *weak)
{
    PyObject *found = NULL;
    if (!PyWeakref_CheckRef(weak))
        return NULL;
#if PY_VERSION_HEX >= 0x030D0000
    (void)PyWeakref_GetRef(weak, &found);
#else
    found = PyWeakref_GetObject(weak);
    found = found != Py_None ? new_reference(found) : NULL;
#endif
    return found;
}

PyObject *row_followed(const Slot *slot, uint64_t id)
{
    size_t index;
    if (id == 0 || stoa_table_find_id(slot->target, id, &index) != STOA_OK)
        return new_reference(Py_None);
    PyObject *table = referent(slot->home), *row = NULL;
    View *view = table != NULL ? sequence_view(table) : NULL;
    if (view != NULL && view->core == slot->target)
        row = (PyObject *)row_new(view, table, view->core->order, index);
    Py_XDECREF(table);
    return row;
}

static int row_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((Row *)(void *)self)->view);
    Py_VISIT(((Row *)(void *)self)->table);
    return 0;
}

/* For plain row classes; adopt() installs it there. */
static void row_dealloc(PyObject *self)
{
    Row *row = (Row *)(void *)self;
    PyTypeObject *row_class = Py_TYPE(self);
    PyObject *table = row->table;
    View *view = row->view;
    PyObject_GC_UnTrack(self);
    if (free_count < FREE_ROWS)
        free_rows[free_count++] = row;
    else
        PyObject_GC_Del(self);
    Py_DECREF(view);
    Py_DECREF(table);
    Py_DECREF(row_class);
}

/* For the other classes: called at the end of subtype_dealloc. */
static void row_base_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(((Row *)(void *)self)->view);
    Py_XDECREF(((Row *)(void *)self)->table);
    Py_TYPE(self)->tp_free(self);
}

static bool is_plain_class(PyTypeObject *row_class)
{
    bool has_more = row_class->tp_basicsize != sizeof(Row) || row_class->tp_dictoffset != 0 ||
                    row_class->tp_weaklistoffset != 0 || row_class->tp_itemsize != 0;
    return !has_more && row_class->tp_finalize == NULL && row_class->tp_del == NULL;
}

PyObject *rows__adopt(PyObject *module, PyObject *row_class)
{
    (void)module;
    if (!PyType_Check(row_class) ||
        !PyType_IsSubtype((PyTypeObject *)(void *)row_class, &rows__Row)) {
        PyErr_SetString(PyExc_TypeError, "a class of rows is needed");
        return NULL;
    }
#ifndef Py_GIL_DISABLED
    if (is_plain_class((PyTypeObject *)(void *)row_class))
        ((PyTypeObject *)(void *)row_class)->tp_dealloc = row_dealloc;
#endif
    Py_RETURN_NONE;
}

/* Whether objects of one class can become objects of the other. */
static bool have_one_layout(const PyTypeObject *a, const PyTypeObject *b)
{
    return a->tp_basicsize == b->tp_basicsize && a->tp_itemsize == b->tp_itemsize &&
           a->tp_dictoffset == b->tp_dictoffset && a->tp_weaklistoffset == b->tp_weaklistoffset &&
           a->tp_dealloc == b->tp_dealloc;
}

/* renew(row, view): makes it a row of the view, whose class was derived from the same record's. */
PyObject *rows__renew(PyObject *module, PyObject *arguments)
{
    PyObject *self, *view;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O!O!", &rows__Row, &self, &rows__View, &view))
        return NULL;
    Row *row = (Row *)(void *)self;
    PyTypeObject *before = Py_TYPE(self), *row_class = ((View *)(void *)view)->row_class;
    if (!have_one_layout(before, row_class) || row->view->core != ((View *)(void *)view)->core) {
        PyErr_SetString(PyExc_TypeError, "the view is one of another record or table");
        return NULL;
    }
    Py_INCREF(row_class);
    Py_SET_TYPE(self, row_class);
    Py_DECREF(before);
    Py_INCREF(view);
    Py_SETREF(row->view, (View *)(void *)view);
    Py_RETURN_NONE;
}

PyObject *rows__new_row(PyObject *module, PyObject *arguments)
{
    PyObject *table;
    Py_ssize_t index;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O!n", &rows__SequenceBase, &table, &index))
        return NULL;
    View *view = sequence_needs_view(table);
    if (view == NULL)
        return NULL;
    return (PyObject *)row_new(view, table, view->core->order, (size_t)index);
}

/* row_id(row): its id; None where Python has to say why it has none. */
PyObject *rows__row_id(PyObject *module, PyObject *object)
{
    (void)module;
    const Row *row = (const Row *)(const void *)object;
    if (!is_row(object) || !is_fresh(row->view, row->order, row->index) ||
        row->view->core->ids == NULL)
        Py_RETURN_NONE;
    return PyLong_FromUnsignedLongLong(stoa_row_id((stoa_row){row->view->core, row->index}));
}

/* ---- fields ---- */

/* Whether the row may use the slot; false: with an exception. */
static inline bool may_touch(const Row *row, const Slot *slot)
{
    if (!is_fresh(row->view, row->order, row->index))
        raise_stale("row");
    else if (slot->cells == NULL)
        raise_closed(slot);
    else
        return true;
    return false;
}

static inline PyObject *read_field(const Row *row, const Slot *slot)
{
    if (!may_touch(row, slot))
        return NULL;
    return cell_value(row->view, slot, slot->values, slot->cells, row->index, NULL);
}

static inline PyObject *read_place(const Row *row, const Place *place)
{
    if (is_fresh(row->view, row->order, row->index) && place->cells != NULL)
        return cell_value(row->view, place->slot, place->values, place->cells, row->index,
                          &row->view->spare);
    (void)may_touch(row, place->slot);
    return NULL;
}

static int write_object(const Row *row, const Slot *slot, PyObject *value)
{
    if (!may_touch(row, slot))
        return -1;
    return told(PyObject_CallFunction(references.write_object, "OnnOK", row->table,
                                      (Py_ssize_t)slot->field, (Py_ssize_t)row->index, value,
                                      (unsigned long long)row->order));
}

/* Whether the slot of the row may be written to; false: an exception. */
static bool may_write(const Row *row, const Slot *slot)
{
    if (!may_touch(row, slot))
        return false;
    if (slot_column(row->view, slot)->locked == 0)
        return true;
    (void)told(
        PyObject_CallFunction(references.raise_locked, "On", row->table, (Py_ssize_t)slot->field));
    return false;
}

/* Stores what the cell is to hold, once the row may be written to. */
static int store_fitting(const Row *row, const Slot *slot, PyObject *value)
{
    if (!may_write(row, slot))
        return -1;
    if (store_there(slot, slot->type, cell_at(slot, row->index), value) != FITS) {
        PyErr_SetString(PyExc_SystemError, "a converted value that its field does not take");
        return -1;
    }
    if (slot->validity != NULL)
        set_there(slot, row->index, true);
    slot_column(row->view, slot)->version++;
    return 0;
}

/* None into a nullable field. */
static int store_none(const Row *row, const Slot *slot)
{
    if (!may_write(row, slot))
        return -1;
    store_null(slot, row->index);
    slot_column(row->view, slot)->version++;
    return 0;
}

/* Converts the value first, which may run any code, and then checks the row again. */
__attribute__((cold)) static int write_converted(const Row *row, const Slot *slot, PyObject *value)
{
    PyObject *converted = PyObject_CallFunctionObjArgs(slot->convert, value, slot->name, NULL);
    if (converted != NULL && slot->encoder != NULL)
        Py_SETREF(converted, PyObject_CallFunctionObjArgs(slot->encoder, converted, NULL));
    if (converted == NULL)
        return -1;
    int status = store_fitting(row, slot, converted);
    Py_DECREF(converted);
    return status;
}

static int write_field(const Row *row, const Slot *slot, PyObject *value)
{
    uint64_t aside;
    if (slot->type == STOA_OBJECT)
        return write_object(row, slot, value);
    if (slot->values == NULLABLE && value == Py_None)
        return store_none(row, slot);
    stoa_column *column = slot_column(row->view, slot);
    bool is_open =
        is_fresh(row->view, row->order, row->index) && slot->cells != NULL && column->locked == 0;
    if (!is_open && slot->type == STOA_STRING) /* a str enters no pool in vain */
        return write_object(row, slot, value);
    void *at = is_open ? cell_at(slot, row->index) : (void *)&aside;
    Fit fit = store_there(slot, slot->inner, at, value);
    if (fit == FITS && is_open) {
        if (slot->validity != NULL)
            set_there(slot, row->index, true);
        column->version++;
        return 0;
    }
    if (slot->type == STOA_REFERENCE || slot->type == STOA_STRING)
        return write_object(row, slot, value);
    if (fit == FITS && slot->inner != DECODED)
        return store_fitting(row, slot, value);
    if (fit == BEYOND && !may_touch(row, slot))
        return -1;
    return write_converted(row, slot, value);
}

static int write_or_refuse(const Row *row, const Slot *slot, PyObject *value)
{
    if (value != NULL)
        return write_field(row, slot, value);
    return told(PyObject_CallFunctionObjArgs(references.delete_field, slot->name, NULL));
}

/* ---- attributes ---- */

/* What a function in Python makes of an attribute that was not found, or its error instead of the
 * current one, if that is an AttributeError. stored: for write_unknown, else NULL. */
static PyObject *ask_unknown(PyObject *function, PyObject *self, PyObject *name, PyObject *stored)
{
    PyObject *type, *value, *trace;
    if (!PyErr_ExceptionMatches(PyExc_AttributeError))
        return NULL;
    PyErr_Fetch(&type, &value, &trace);
    PyObject *found = PyObject_CallFunctionObjArgs(function, self, name, stored, NULL);
    if (found == Py_NotImplemented) {
        Py_CLEAR(found);
        PyErr_Restore(type, value, trace); /* raised by a property of the user's: keep it */
        return NULL;
    }
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(trace);
    return found;
}

void explain_attribute(PyObject *self, PyObject *name)
{
    (void)ask_unknown(references.raise_unknown, self, name, NULL); /* never finds anything */
}

static PyObject *row_getattro(PyObject *self, PyObject *name)
{
    const Row *row = (const Row *)(const void *)self;
    const Place *place = view_place(row->view, name);
    if (place != NULL)
        return read_place(row, place);
    PyObject *found = PyObject_GenericGetAttr(self, name);
    return found != NULL ? found : ask_unknown(references.read_unknown, self, name, NULL);
}

static int row_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    const Row *row = (const Row *)(const void *)self;
    const Slot *slot = view_slot(row->view, name);
    if (slot != NULL)
        return write_or_refuse(row, slot, value);
    if (is_class_name(name))
        return told(PyObject_CallFunctionObjArgs(references.keep_class, NULL));
    if (PyObject_GenericSetAttr(self, name, value) == 0)
        return 0;
    if (value != NULL)
        return told(ask_unknown(references.write_unknown, self, name, value));
    explain_attribute(self, name);
    return -1;
}

/* ---- the whole row ---- */

Py_ssize_t row_items(const Row *row, PyObject **items)
{
    View *view = row->view;
    bool is_fresh_still = is_fresh(view, row->order, row->index);
    for (Py_ssize_t i = 0; i < view->width; i++) {
        const Slot *slot = &view->slots[i];
        if (!is_fresh_still || slot->cells == NULL) {
            (void)may_touch(row, slot);
            return i;
        }
        items[i] = cell_value(view, slot, slot->values, slot->cells, row->index, &view->spare);
        if (items[i] == NULL)
            return i;
        if (slot->decoder != NULL)
            is_fresh_still = is_fresh(view, row->order, row->index);
    }
    return view->width;
}

PyObject *row_values(const Row *row)
{
    const View *view = row->view;
    PyObject *values = PyTuple_New(view->width);
    if (values == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < view->width; i++) {
        PyObject *value = read_field(row, &view->slots[i]);
        if (value == NULL) {
            Py_DECREF(values);
            return NULL;
        }
        PyTuple_SET_ITEM(values, i, value);
    }
    return values;
}

PyObject *row_dict(const Row *row)
{
    const View *view = row->view;
    PyObject *made = PyDict_New();
    for (Py_ssize_t i = 0; made != NULL && i < view->width; i++) {
        PyObject *value = read_field(row, &view->slots[i]);
        if (value == NULL || PyDict_SetItem(made, view->slots[i].name, value) < 0)
            Py_CLEAR(made);
        Py_XDECREF(value);
    }
    return made;
}

static PyObject *row_stoa_values(PyObject *self, PyObject *unused)
{
    (void)unused;
    return row_values((const Row *)(const void *)self);
}

static PyObject *row_is_fresh(PyObject *self, PyObject *unused)
{
    const Row *row = (const Row *)(const void *)self;
    (void)unused;
    return PyBool_FromLong(is_fresh(row->view, row->order, row->index));
}

static PyMethodDef row_methods[] = {
    {"_stoa_values", row_stoa_values, METH_NOARGS, "The values of all fields, a tuple."},
    {"_stoa_is_fresh", row_is_fresh, METH_NOARGS, "Whether it is not stale."},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef row_members[] = {
    {"_stoa_table", T_OBJECT, offsetof(Row, table), READONLY, "The table."},
    {"_stoa_index", T_PYSSIZET, offsetof(Row, index), READONLY, "Where it stands, from 0."},
    {NULL, 0, 0, 0, NULL},
};

PyObject *rows__class_of(PyObject *self, void *closure)
{
    (void)closure;
    return new_reference((PyObject *)Py_TYPE(self));
}

static PyGetSetDef row_getset[] = {
    {"__class__", rows__class_of, NULL, "The row's class.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* Without tp_new: only tables make rows; object.__new__ refuses. */
PyTypeObject rows__Row = {
    ROWS_TYPE("Row"),
    .tp_doc = "The base of rows: a table, its view, its order number and an index.",
    .tp_basicsize = sizeof(Row),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = row_traverse,
    .tp_dealloc = row_base_dealloc,
    .tp_getattro = row_getattro,
    .tp_setattro = row_setattro,
    .tp_methods = row_methods,
    .tp_members = row_members,
    .tp_getset = row_getset,
};

/* ---- descriptors: they represent fields in the row class, for code that looks there ---- */

typedef struct FieldObject {
    PyObject_HEAD PyObject *name;
} FieldObject;

static PyObject *field_new(PyTypeObject *type, PyObject *arguments, PyObject *named)
{
    PyObject *name;
    (void)named;
    if (!PyArg_ParseTuple(arguments, "U", &name))
        return NULL;
    FieldObject *field = (FieldObject *)(void *)type->tp_alloc(type, 0);
    if (field == NULL)
        return NULL;
    Py_INCREF(name);
    PyUnicode_InternInPlace(&name);
    field->name = name;
    return (PyObject *)field;
}

static void field_dealloc(PyObject *self)
{
    Py_XDECREF(((FieldObject *)(void *)self)->name);
    Py_TYPE(self)->tp_free(self);
}

/* The slot of the descriptor's field in a row; NULL with an exception. */
static const Slot *field_slot(PyObject *self, PyObject *row)
{
    PyObject *name = ((FieldObject *)(void *)self)->name;
    if (!is_row(row)) {
        PyErr_Format(PyExc_TypeError, "field %R of rows is not one of %.100s objects", name,
                     Py_TYPE(row)->tp_name);
        return NULL;
    }
    const Slot *slot = view_slot(((const Row *)(const void *)row)->view, name);
    if (slot == NULL &&
        told(PyObject_CallFunctionObjArgs(references.raise_unknown, row, name, NULL)) == 0)
        PyErr_SetObject(PyExc_AttributeError, name);
    return slot;
}

static PyObject *field_get(PyObject *self, PyObject *row, PyObject *type)
{
    (void)type;
    if (row == NULL || row == Py_None)
        return new_reference(self);
    const Slot *slot = field_slot(self, row);
    return slot != NULL ? read_field((const Row *)(const void *)row, slot) : NULL;
}

static int field_set(PyObject *self, PyObject *row, PyObject *value)
{
    const Slot *slot = field_slot(self, row);
    return slot != NULL ? write_or_refuse((const Row *)(const void *)row, slot, value) : -1;
}

static PyObject *field_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<field %R of rows>", ((FieldObject *)(void *)self)->name);
}

static PyMemberDef field_members[] = {
    {"__name__", T_OBJECT, offsetof(FieldObject, name), READONLY, "The name of the field."},
    {NULL, 0, 0, 0, NULL},
};

PyTypeObject rows__Field = {
    ROWS_TYPE("Field"),
    .tp_doc = "Field(name, /)\n--\n\nA field of rows, as a descriptor.",
    .tp_basicsize = sizeof(FieldObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = field_new,
    .tp_dealloc = field_dealloc,
    .tp_repr = field_repr,
    .tp_descr_get = field_get,
    .tp_descr_set = field_set,
    .tp_members = field_members,
};
