/* rows.h: what the files of stoa._rows share.
 *
 * The extension does at the speed of C what stoa's Python does for rows, and nothing else: it reads
 * and writes cells of a stoa_table as the public headers' inline code may. Whatever is not plain
 * (a value to be converted, an object, memory to be asked for, an error to be told) it hands to the
 * Python code, which is the reference and which PyPy runs; so there is one behaviour.
 *
 * A Store (Python's) has a View: the table's columns as rows of one record class see them. A row is
 * a table, its View, the order number that the table had, and an index. It is stale when the
 * order number has changed; no read is made before that was compared. Slots of columns that were
 * dropped or renamed are closed in the Views of rows taken before.
 * Not for free-threaded builds: the extension does not say that it runs without the lock. */
#ifndef STOA_ROWS_H
#define STOA_ROWS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>
#include <stoa/stoa.h>
#include <structmember.h>

/* ---- views ---- */

typedef struct Slot {
    PyObject *name;    /* interned */
    char *cells;       /* NULL: closed */
    PyObject *reason;  /* why it is closed: a message, or NULL */
    PyObject *convert; /* convert(value, name): the value as the field has it, or an exception */
    PyObject *initial; /* the default, converted; NULL: none, or a factory */
    size_t field;      /* index in the library */
    stoa_type type;
    bool kw_only; /* not given by position */
} Slot;

/* Of a hash table of names by identity, which all names in code have. The address and type of the
 * slot stand here as well, so that a read takes fewer steps from the row to the cell. */
typedef struct Place {
    PyObject *name; /* NULL: free */
    char *cells;
    Slot *slot;
    stoa_type type;
} Place;

/* Ints that may be given again: see box_int in cell.h. */
enum { SPARE_INTS = 8 }; /* a power of 2 */
typedef struct SpareInts {
    PyObject *ints[SPARE_INTS];
    unsigned turn;
} SpareInts;

typedef struct View {
    PyObject_VAR_HEAD /* of places */
        stoa_table *core;
    size_t mask; /* places - 1 */
    PyTypeObject *row_class;
    PyObject *owner;   /* keeps core */
    PyObject *objects; /* a list: objects by handle */
    PyObject *weak_references;
    SpareInts spare;      /* that rows gave */
    PyTypeObject *record; /* the record class that row_class is of */
    Py_ssize_t width;
    Slot *slots;        /* in the order of the fields */
    bool is_plain;      /* no object field */
    bool is_positional; /* no field that is kw_only */
    Place places[];
} View;

extern PyTypeObject rows__View;

/* What the library says of a slot's column. */
static inline stoa_column *slot_column(const View *view, const Slot *slot)
{
    return &view->core->columns[slot->field];
}

/* The place of a field by its interned name; NULL: there is none. */
static inline const Place *view_place(const View *view, PyObject *name)
{
    for (size_t i = (uintptr_t)name >> 4 & view->mask;; i = (i + 1) & view->mask) {
        const Place *place = &view->places[i];
        if (place->name == name)
            return place;
        if (place->name == NULL)
            return NULL;
    }
}

static inline Slot *view_slot(const View *view, PyObject *name)
{
    const Place *place = view_place(view, name);
    return place != NULL ? place->slot : NULL;
}

/* ---- Python's Store and its tables and windows, as far as they are known here ---- */

typedef struct StoreObject {
    PyObject_HEAD PyObject *view; /* a View, or NULL */
} StoreObject;

typedef struct SequenceObject {
    PyObject_HEAD PyObject *store; /* a StoreObject, or NULL */
} SequenceObject;

extern PyTypeObject rows__StoreBase, rows__SequenceBase;

/* The view of a table or window, borrowed: whatever runs Python code may replace it; NULL without
 * an exception: it has none now. */
static inline View *sequence_view(PyObject *sequence)
{
    PyObject *store = ((SequenceObject *)(void *)sequence)->store;
    return store != NULL ? (View *)(void *)((StoreObject *)(void *)store)->view : NULL;
}

/* The same, made where there was none; NULL: an exception. */
View *sequence_needs_view(PyObject *sequence);

/* ---- rows ---- */

typedef struct Row {
    PyObject_HEAD View *view;
    PyObject *table;
    size_t index;
    uint64_t order;
} Row;

extern PyTypeObject rows__Row, rows__Field, rows__RecordBase;

static inline bool is_row(PyObject *object)
{
    return PyObject_TypeCheck(object, &rows__Row);
}

static inline bool is_record(PyObject *object)
{
    return PyObject_TypeCheck(object, &rows__RecordBase);
}

/* Whether a row of this order number and index is where it was. */
static inline bool is_fresh(const View *view, uint64_t order, size_t index)
{
    return view->core->order == order && index < view->core->rows;
}

/* A row of view->row_class; it takes no check of the index. */
Row *row_new(View *view, PyObject *table, uint64_t order, size_t index);
/* Whether rows of this class may be used again when nobody else holds them. */
bool is_reusable(PyTypeObject *row_class);
/* The values of all fields, as a new tuple. */
PyObject *row_values(const Row *row);
/* The same as a new dict. */
PyObject *row_dict(const Row *row);
/* The same into `items`, each a new reference; how many: fewer than the fields, with an exception.
 * Runs no Python code before it fails. */
Py_ssize_t row_items(const Row *row, PyObject **items);

/* An AttributeError for a name that the record does not have is told anew, with the names that it
 * has. */
void explain_attribute(PyObject *self, PyObject *name);

/* StaleError for a row, an iterator, … */
__attribute__((cold)) void raise_stale(const char *what);
/* What a closed slot, or a row that is not there any more, says. */
__attribute__((cold)) void raise_closed(const Slot *slot);

/* What a call of Python that only raises or returns nothing is worth to C; takes the result. */
static inline int told(PyObject *result)
{
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
}

static inline bool is_class_name(PyObject *name)
{
    return PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "__class__") == 0;
}

/* For tp_getset, NULL as its closure: an object's class, which object.__setattr__ cannot change,
 * either. Since CPython 3.13 it does not mind that a type in C has a tp_setattro. */
PyObject *rows__class_of(PyObject *self, void *closure);

/* ---- standalone records: see standalone.c ---- */

typedef struct Member {
    PyObject *name;    /* interned */
    PyObject *convert; /* as a Slot has it */
    PyObject *initial; /* the default as it was given; NULL: none */
    PyObject *factory; /* makes one; NULL: none */
    Py_ssize_t offset; /* of the value in an object of the sealed class */
    stoa_type type;
    bool kw_only;
} Member;

typedef struct Recipe {
    PyObject_HEAD PyTypeObject *record, *sealed;
    bool has_post_init, has_objects;
    Py_ssize_t width;
    Member *members;    /* in the order of the fields */
    size_t mask;        /* places - 1 */
    Py_ssize_t *places; /* a hash table of names by identity: a member's place, or -1 */
} Recipe;

/* What RecordType's classes are. */
typedef struct RecordClass {
    PyHeapTypeObject heap;
    Recipe *recipe;     /* NULL: none */
    PyMemberDef *fixed; /* what descriptors of a sealed class point to: see fix_members() */
} RecordClass;

extern PyTypeObject rows__Recipe, rows__RecordTypeBase, rows__Sealed;

/* The values of a standalone record, as a new tuple; NULL: an exception, or without one: Python
 * knows. */
PyObject *standalone_values(PyObject *record);
/* The same as new references in `items`, and its recipe; NULL: there are more than `most`, or
 * Python knows. */
const Recipe *standalone_items(PyObject *record, PyObject **items, Py_ssize_t most);
/* Stores the values of a standalone record of the class into the cells of a row; false: it is
 * another, or not plain. */
bool store_standalone(PyTypeObject *record_class, PyObject *record, const Slot *slots, size_t row);

/* ---- what tables gain: see sequence.c, append.c, iterate.c, record.c ---- */

extern PyTypeObject rows__Iterator, rows__Values;

PyObject *rows__append(PyObject *self, PyObject *const *values, Py_ssize_t count, PyObject *names);
PyObject *rows__document(PyObject *module, PyObject *arguments);
PyObject *rows__extend(PyObject *module, PyObject *arguments);
PyObject *rows__gather(PyObject *module, PyObject *arguments);
PyObject *rows__iterate(PyObject *module, PyObject *arguments);
PyObject *rows__new_row(PyObject *module, PyObject *arguments);
PyObject *rows__adopt(PyObject *module, PyObject *row_class);
PyObject *rows__teach(PyObject *module, PyObject *arguments);

/* ---- what columns gain: see buffer.c ---- */

extern PyTypeObject rows__Bufferable, rows__Loan;

/* ---- what Python does: given once, when the package is imported ---- */

#define ROWS_REFERENCES(NAME)                                                             \
    NAME(append)        /* append(table, *values, **named) */                             \
    NAME(current_view)  /* current_view(store): sees to it that store.view is there */    \
    NAME(delete_field)  /* delete_field(name): raises */                                  \
    NAME(getitem)       /* getitem(table, key) */                                         \
    NAME(keep_class)    /* keep_class(): raises */                                        \
    NAME(raise_changed) /* raise_changed() */                                             \
    NAME(raise_closed)  /* raise_closed(message) */                                       \
    NAME(raise_locked)  /* raise_locked(table, field) */                                  \
    NAME(raise_stale)   /* raise_stale(what) */                                           \
    NAME(raise_unknown) /* raise_unknown(row, name) */                                    \
    NAME(plain_values)  /* plain_values(table, record, i): a tuple of converted values */ \
    NAME(reserve)       /* reserve(table, rows) */                                        \
    NAME(write_object)  /* write_object(table, field, index, value, order) */

typedef struct References {
#define NAME(name) PyObject *name;
    ROWS_REFERENCES(NAME)
#undef NAME
} References;

extern References references;
extern PyObject *rows__beyond_uint64;  /* 2**64 */
extern PyObject *rows__values_name;    /* "_stoa_values" */
extern PyObject *rows__post_init_name; /* "__post_init__" */

/* How each type object of the module begins. */
#define ROWS_TYPE(name) PyVarObject_HEAD_INIT(NULL, 0).tp_name = "stoa._rows." name

#endif
