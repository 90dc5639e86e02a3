/* view.c: Views, and the bases of Python's Store, Table and Window.
 *
 * A View is made once for a table and a record class, and anew only when fields are added or
 * dropped; removal and reordering of rows only change the table's order number. A View never moves.
 * It has no tp_clear, since every cycle through it also goes through the list of objects, which can
 * be cleared; so a row's view lives as long as the row. Invariant: `places` has more room than
 * names and holds each slot's name once; slot.cells is the column's address or NULL; columns do not
 * move. */
#include "cell.h"

/* ---- making a view ---- */

static bool may_store_places(const Slot *slot)
{
    return slot->decoder == NULL || slot->target != NULL ||
           (PyTuple_Check(slot->decoder) && PyTuple_GET_SIZE(slot->decoder) <= MOST_PLACES);
}

/* Which rows a reference takes: see Follower in targets.py. */
static bool take_target(Slot *slot)
{
    PyObject *address = PyObject_GetAttrString(slot->decoder, "address");
    PyObject *takes_none = address ? PyObject_GetAttrString(slot->decoder, "takes_none") : NULL;
    slot->home = takes_none ? PyObject_GetAttrString(slot->decoder, "home") : NULL;
    if (slot->home != NULL) {
        slot->target = PyLong_AsVoidPtr(address);
        slot->takes_none = takes_none == Py_True;
    }
    Py_XDECREF(address);
    Py_XDECREF(takes_none);
    return !PyErr_Occurred();
}

static bool fill_slot(View *view, Slot *slot, PyObject *described)
{
    PyObject *name, *convert, *encoder, *decoder, *initial;
    Py_ssize_t field;
    int type, kw_only, length;
    if (!PyArg_ParseTuple(described, "UniOOOOpi", &name, &field, &type, &convert, &encoder,
                          &decoder, &initial, &kw_only, &length))
        return false;
    if (initial != Py_None && (!PyTuple_Check(initial) || PyTuple_GET_SIZE(initial) != 1)) {
        PyErr_SetString(PyExc_TypeError, "a default is a tuple of one item, or None");
        return false;
    }
    if (field < 0 || (size_t)field >= view->core->field_limit ||
        view->core->columns[field].type != (uint8_t)type) {
        PyErr_Format(PyExc_ValueError, "there is no field %zd of type %d", field, type);
        return false;
    }
    Py_INCREF(name);
    PyUnicode_InternInPlace(&name);
    slot->name = name;
    slot->cells = view->core->columns[field].cells;
    slot->convert = new_reference(convert);
    slot->encoder = encoder == Py_None ? NULL : new_reference(encoder);
    slot->decoder = decoder == Py_None ? NULL : new_reference(decoder);
    slot->initial = initial == Py_None ? NULL : new_reference(PyTuple_GET_ITEM(initial, 0));
    slot->field = (size_t)field;
    slot->type = (stoa_type)type;
    slot->inner = slot->decoder == NULL ? slot->type : DECODED;
    slot->validity = view->core->columns[field].validity;
    slot->values = slot->validity == NULL ? slot->inner : NULLABLE;
    slot->length = length;
    slot->kw_only = kw_only != 0;
    if (type == STOA_REFERENCE && !take_target(slot))
        return false;
    slot->of = type == STOA_STRING ? view->core : NULL;
    view->is_plain = view->is_plain && type != STOA_OBJECT && may_store_places(slot);
    view->has_strings = view->has_strings || type == STOA_STRING;
    view->has_objects = view->has_objects || type == STOA_OBJECT || slot->decoder != NULL;
    view->has_references = view->has_references || type == STOA_REFERENCE;
    view->is_positional = view->is_positional && !slot->kw_only;
    return true;
}

static void enter_place(View *view, Slot *slot)
{
    size_t i = (uintptr_t)slot->name >> 4 & view->mask;
    while (view->places[i].name != NULL)
        i = (i + 1) & view->mask;
    view->places[i] = (Place){slot->name, slot->cells, slot, slot->values};
}

/* The size of a view's hash table: a power of two, at least three times the number of fields. */
static size_t room_for(Py_ssize_t width)
{
    size_t room = 4;
    while (room < 3 * (size_t)width)
        room *= 2;
    return room;
}

static bool fill(View *view, PyObject *fields)
{
    size_t width = (size_t)PyTuple_GET_SIZE(fields);
    view->slots = PyMem_Calloc(width, sizeof *view->slots);
    if (view->slots == NULL) {
        PyErr_NoMemory();
        return false;
    }
    for (size_t i = 0; i < width; i++) {
        view->width++;
        if (!fill_slot(view, &view->slots[i], PyTuple_GET_ITEM(fields, (Py_ssize_t)i)))
            return false;
        if (view->slots[i].length == 0)
            enter_place(view, &view->slots[i]);
    }
    return true;
}

static PyObject *view_new(PyTypeObject *type, PyObject *arguments, PyObject *named)
{
    PyObject *row_class, *record, *owner, *objects, *texts, *fields;
    Py_ssize_t address;
    (void)named;
    if (!PyArg_ParseTuple(arguments, "O!O!OnO!O!O!", &PyType_Type, &row_class, &PyType_Type,
                          &record, &owner, &address, &PyList_Type, &objects, &PyList_Type, &texts,
                          &PyTuple_Type, &fields))
        return NULL;
    if (!PyType_IsSubtype((PyTypeObject *)(void *)row_class, &rows__Row)) {
        PyErr_SetString(PyExc_TypeError, "row_class must be a class of rows");
        return NULL;
    }
    size_t room = room_for(PyTuple_GET_SIZE(fields));
    View *view = (View *)(void *)type->tp_alloc(type, (Py_ssize_t)room);
    if (view == NULL)
        return NULL;
    view->mask = room - 1;
    view->core = (stoa_table *)address;
    view->row_class = (PyTypeObject *)(void *)new_reference(row_class);
    view->record = (PyTypeObject *)(void *)new_reference(record);
    view->owner = new_reference(owner);
    view->objects = new_reference(objects);
    view->texts = new_reference(texts);
    view->is_plain = view->is_positional = true;
    if (fill(view, fields))
        return (PyObject *)view;
    Py_DECREF(view);
    return NULL;
}

static int view_traverse(PyObject *self, visitproc visit, void *arg)
{
    View *view = (View *)(void *)self;
    Py_VISIT(view->row_class);
    Py_VISIT(view->record);
    Py_VISIT(view->owner);
    Py_VISIT(view->objects);
    for (Py_ssize_t i = 0; i < view->width; i++) {
        Py_VISIT(view->slots[i].convert);
        Py_VISIT(view->slots[i].encoder);
        Py_VISIT(view->slots[i].decoder);
        Py_VISIT(view->slots[i].home);
        Py_VISIT(view->slots[i].initial);
    }
    return 0;
}

static void view_dealloc(PyObject *self)
{
    View *view = (View *)(void *)self;
    PyObject_GC_UnTrack(self);
    if (view->weak_references != NULL)
        PyObject_ClearWeakRefs(self);
    for (Py_ssize_t i = 0; i < view->width; i++) {
        Slot *slot = &view->slots[i];
        Py_XDECREF(slot->name);
        Py_XDECREF(slot->reason);
        Py_XDECREF(slot->convert);
        Py_XDECREF(slot->encoder);
        Py_XDECREF(slot->decoder);
        Py_XDECREF(slot->home);
        Py_XDECREF(slot->initial);
    }
    PyMem_Free(view->slots);
    Py_XDECREF(view->row_class);
    Py_XDECREF(view->record);
    Py_XDECREF(view->objects);
    Py_XDECREF(view->texts);
    for (int i = 0; i < SPARE_INTS; i++)
        Py_XDECREF(view->spare.ints[i]);
    Py_XDECREF(view->owner);
    Py_TYPE(self)->tp_free(self);
}

/* ---- dropped and renamed columns ---- */

static Slot *slot_of_field(View *view, size_t field)
{
    for (Py_ssize_t i = 0; i < view->width; i++)
        if (view->slots[i].field == field)
            return &view->slots[i];
    return NULL;
}

static void close_place(View *view, const Slot *slot)
{
    for (size_t i = 0; i <= view->mask; i++)
        if (view->places[i].slot == slot)
            view->places[i].cells = NULL;
}

static PyObject *view_close(PyObject *self, PyObject *arguments)
{
    Py_ssize_t field;
    PyObject *reason;
    if (!PyArg_ParseTuple(arguments, "nU", &field, &reason))
        return NULL;
    Slot *slot = slot_of_field((View *)(void *)self, (size_t)field);
    if (slot != NULL) { /* a field that was renamed and then dropped: the last reason counts */
        slot->cells = NULL;
        Py_XSETREF(slot->reason, new_reference(reason));
        close_place((View *)(void *)self, slot);
    }
    Py_RETURN_NONE;
}

static PyMethodDef view_methods[] = {
    {"close", view_close, METH_VARARGS,
     "close($self, field, reason, /)\n--\n\nTakes a field from the rows of this view."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject rows__View = {
    ROWS_TYPE("View"),
    .tp_doc = "View(row_class, record, owner, address, objects, texts, fields, /)\n--\n\n"
              "The columns of the table at `address`, which `owner` keeps, as rows see them.",
    .tp_basicsize = sizeof(View),
    .tp_itemsize = sizeof(Place),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_weaklistoffset = offsetof(View, weak_references),
    .tp_new = view_new,
    .tp_traverse = view_traverse,
    .tp_dealloc = view_dealloc,
    .tp_methods = view_methods,
};

/* ---- the base of Store ---- */

static int store_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((StoreObject *)(void *)self)->view);
    return 0;
}

static int store_clear(PyObject *self)
{
    Py_CLEAR(((StoreObject *)(void *)self)->view);
    return 0;
}

static void store_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    store_clear(self);
    Py_TYPE(self)->tp_free(self);
}

static PyObject *store_get_view(PyObject *self, void *unused)
{
    PyObject *view = ((StoreObject *)(void *)self)->view;
    (void)unused;
    return new_reference(view != NULL ? view : Py_None);
}

static int store_set_view(PyObject *self, PyObject *view, void *unused)
{
    PyObject **place = &((StoreObject *)(void *)self)->view, *before = *place;
    (void)unused;
    if (view != NULL && view != Py_None && !Py_IS_TYPE(view, &rows__View)) {
        PyErr_SetString(PyExc_TypeError, "a View or None is needed");
        return -1;
    }
    *place = view != NULL && view != Py_None ? new_reference(view) : NULL;
    Py_XDECREF(before);
    return 0;
}

static PyGetSetDef store_members[] = {
    {"view", store_get_view, store_set_view, "What rows of now are made with, or None.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyTypeObject rows__StoreBase = {
    ROWS_TYPE("StoreBase"),
    .tp_doc = "The base of Store: where its tables find the view.",
    .tp_basicsize = sizeof(StoreObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = store_traverse,
    .tp_clear = store_clear,
    .tp_dealloc = store_dealloc,
    .tp_getset = store_members,
};
