/* rows.h: declarations shared by the files of stoa._rows.
 *
 * The extension does what stoa's Python code does for rows, only faster. It reads and writes cells
 * of a stoa_table as the inline code of the public headers may, and lets strings enter the table's
 * pool (text.c). Everything else is passed to the Python code, which is the reference and which
 * PyPy runs, so that there is one behaviour: values that must be converted, objects, memory that
 * has to be requested, errors.
 *
 * A Store (in Python) has a View: the table's columns as the rows of one record class see them. A
 * row consists of a table, its View, the table's order number when the row was made, and an index.
 * A row is stale once the order number has changed, which is checked before each read. When a
 * column is dropped or renamed, its slots in existing Views are closed.
 * Not for free-threaded builds: the extension does not declare Py_MOD_GIL_NOT_USED. */
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
    PyObject *name;           /* interned */
    char *cells;              /* NULL: the slot is closed */
    PyObject *reason;         /* why the slot is closed: a message, or NULL */
    PyObject *convert;        /* convert(value, name): the value as the field has it; may raise */
    PyObject *encoder;        /* encoder(value): what the cell holds; NULL: the value */
    PyObject *decoder;        /* decoder[what the cell holds]: the value; NULL: what it holds */
    PyObject *initial;        /* the converted default; NULL: none, or a factory's */
    size_t field;             /* the field's index in the library */
    stoa_type type;           /* of the cells */
    stoa_type values;         /* the same, or DECODED, or NULLABLE */
    stoa_type inner;          /* of a nullable field: of the values that are not None */
    uint64_t *validity;       /* of a nullable field: a bit for each row */
    const stoa_table *target; /* of a reference: the table whose rows it takes */
    const stoa_table *of;     /* of a string: its table, which may change its pool */
    PyObject *home;           /* of a reference: a weak reference to that table; or None */
    bool takes_none;          /* of a reference: None can be stored */
    bool kw_only;             /* keyword-only */
    int length; /* of a vector, whose components are so many fields from `field` on, and which
                   has no Place: rows have a property for it (vectors.py) */
} Slot;

/* Stands for a type where values are not what the cells hold. */
#define DECODED ((stoa_type)255)
/* Likewise, where a cell may be None. */
#define NULLABLE ((stoa_type)254)
/* The most values of a tuple `decoder` among which a value is looked for by identity. */
enum { MOST_PLACES = 64 };

/* An entry of a hash table keyed by the identity of interned names, which all names in code are. It
 * repeats the address and type of the slot, so that a read takes fewer steps from the row to the
 * cell. */
typedef struct Place {
    PyObject *name; /* NULL: the place is free */
    char *cells;
    Slot *slot;
    stoa_type values;
} Place;

/* Ints that may be reused: see box_int in cell.h. */
enum { SPARE_INTS = 8 }; /* a power of 2 */
typedef struct SpareInts {
    PyObject *ints[SPARE_INTS];
    unsigned turn;
} SpareInts;

typedef struct View {
    PyObject_VAR_HEAD /* the size: number of places */
        stoa_table *core;
    size_t mask; /* number of places minus 1 */
    PyTypeObject *row_class;
    PyObject *owner;   /* keeps `core` alive */
    PyObject *objects; /* a list: objects by handle */
    PyObject *texts;   /* a list: the first strs by handle; None: not made yet */
    PyObject *weak_references;
    SpareInts spare;      /* ints that rows gave */
    PyTypeObject *record; /* the record class of row_class */
    Py_ssize_t width;
    Slot *slots;         /* in the order of the fields */
    bool is_plain;       /* each field takes stores here: of an object none does */
    bool has_objects;    /* the collector must know of the values of some field */
    bool has_references; /* some field refers to rows */
    bool has_strings;    /* some field is a string */
    bool is_positional;  /* no field that is kw_only */
    Place places[];
} View;

extern PyTypeObject rows__View;

/* Makes the str of a handle, and keeps it if it is one of the first. */
PyObject *new_text(const View *view, stoa_handle handle);
/* Whether it is a str, no subclass, that UTF-8 takes. */
bool is_text(PyObject *value);
/* The handle of a str, which enters the pool if it is new there. False, without an exception, if
 * Python has to do it, or to report an error. Runs no Python code. */
bool handle_of_text(stoa_string_pool *pool, PyObject *text, stoa_handle *handle);
/* Takes the strings from handle `count` on out of the pool again; they are in no cell. */
void forget_texts(stoa_string_pool *pool, size_t count);

/* The library's column of a slot. */
static inline stoa_column *slot_column(const View *view, const Slot *slot)
{
    return &view->core->columns[slot->field];
}

/* The place of the field with this interned name; NULL: there is none. */
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

/* ---- Python's Store, tables and windows, as far as C knows them ---- */

typedef struct StoreObject {
    PyObject_HEAD PyObject *view; /* a View, or NULL */
} StoreObject;

typedef struct SequenceObject {
    PyObject_HEAD PyObject *store; /* a StoreObject, or NULL */
} SequenceObject;

extern PyTypeObject rows__StoreBase, rows__SequenceBase;

/* The view of a table or window, a borrowed reference that any Python code may replace. NULL,
 * without an exception, if there is none now. */
static inline View *sequence_view(PyObject *sequence)
{
    PyObject *store = ((SequenceObject *)(void *)sequence)->store;
    return store != NULL ? (View *)(void *)((StoreObject *)(void *)store)->view : NULL;
}

/* The same, made if there was none; NULL with an exception. */
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

/* Whether a row with this order number and index is still where it was. */
static inline bool is_fresh(const View *view, uint64_t order, size_t index)
{
    return view->core->order == order && index < view->core->rows;
}

/* A new row of view->row_class. The index is not checked. */
Row *row_new(View *view, PyObject *table, uint64_t order, size_t index);
/* The row that a reference refers to, or None. NULL without an exception: Python has to find it. */
PyObject *row_followed(const Slot *slot, uint64_t id);
/* Whether a row of this class may be reused once nobody else holds it. */
bool is_reusable(PyTypeObject *row_class);
/* The values of all fields in a new tuple. */
PyObject *row_values(const Row *row);
/* The values of all fields in a new dict. */
PyObject *row_dict(const Row *row);
/* Writes new references to the values of all fields to `items`; returns how many. Fewer than the
 * fields: with an exception. Runs no Python code before it fails. */
Py_ssize_t row_items(const Row *row, PyObject **items);

/* Replaces the current AttributeError, for a name that the record does not have, by one that lists
 * the record's fields. */
void explain_attribute(PyObject *self, PyObject *name);

/* Raises StaleError for a row, an iterator, … */
__attribute__((cold)) void raise_stale(const char *what);
/* Raises the error for a closed slot, or for a row that no longer exists. */
__attribute__((cold)) void raise_closed(const Slot *slot);

/* The result in C of a Python call that only raises or returns None: 0, or -1 with an exception.
 * Takes the reference. */
static inline int told(PyObject *result)
{
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
}

static inline bool is_class_name(PyObject *name)
{
    return PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "__class__") == 0;
}

/* A getter for tp_getset, with NULL as its closure: an object's __class__, which object.__setattr__
 * cannot change either. Since CPython 3.13, that function no longer refuses types in C with a
 * tp_setattro. */
PyObject *rows__class_of(PyObject *self, void *closure);

/* ---- standalone records: see standalone.c ---- */

typedef struct Member {
    PyObject *name;    /* interned */
    PyObject *convert; /* as a Slot has it */
    PyObject *initial; /* the default as it was given; NULL: none */
    PyObject *factory; /* makes one; NULL: none */
    Py_ssize_t offset; /* of the value in an object of the sealed class */
    stoa_type values;  /* as a Slot has it */
    bool is_reference;
    bool kw_only;
} Member;

typedef struct Recipe {
    PyObject_HEAD PyTypeObject *record, *sealed;
    bool has_post_init, has_objects, has_references;
    Py_ssize_t width;
    Member *members;    /* in the order of the fields */
    size_t mask;        /* number of places minus 1 */
    Py_ssize_t *places; /* a hash table by the identity of names: a member's index, or -1 */
} Recipe;

/* The struct of classes whose metaclass is RecordType. */
typedef struct RecordClass {
    PyHeapTypeObject heap;
    Recipe *recipe;     /* NULL: none */
    PyMemberDef *fixed; /* the array that a sealed class's descriptors use: see fix_members() */
} RecordClass;

extern PyTypeObject rows__Recipe, rows__RecordTypeBase, rows__Sealed;

/* The values of a standalone record in a new tuple. NULL with an exception; without one, if Python
 * has to do it. */
PyObject *standalone_values(PyObject *record);
/* Whether it is a standalone record with a field that refers to rows. */
bool standalone_has_references(PyObject *record);
/* Writes new references to the values to `items`; returns the record's recipe. NULL if there are
 * more than `most` values, or if Python has to do it. */
const Recipe *standalone_items(PyObject *record, PyObject **items, Py_ssize_t most);
/* Stores the values of a standalone record of this class into the cells of a row; false if it is of
 * another class, or a value is not plain. */
bool store_standalone(PyTypeObject *record_class, PyObject *record, const Slot *slots, size_t row);

/* ---- for tables: see sequence.c, append.c, iterate.c, record.c ---- */

extern PyTypeObject rows__Iterator, rows__Values;

PyObject *rows__append(PyObject *self, PyObject *const *values, Py_ssize_t count, PyObject *names);
PyObject *rows__by_id(void);
PyObject *rows__document(PyObject *module, PyObject *arguments);
PyObject *rows__extend(PyObject *module, PyObject *arguments);
PyObject *rows__gather(PyObject *module, PyObject *arguments);
PyObject *rows__iterate(PyObject *module, PyObject *arguments);
PyObject *rows__strings(PyObject *module, PyObject *texts);
PyObject *rows__link(PyObject *module, PyObject *arguments);
PyObject *rows__new_row(PyObject *module, PyObject *arguments);
PyObject *rows__row_id(PyObject *module, PyObject *object);
PyObject *rows__renew(PyObject *module, PyObject *arguments);
PyObject *rows__adopt(PyObject *module, PyObject *row_class);
PyObject *rows__teach(PyObject *module, PyObject *arguments);

/* ---- for columns: see buffer.c ---- */

extern PyTypeObject rows__Bufferable, rows__Loan, rows__Moments;

/* ---- functions in Python, passed once when the package is imported ---- */

#define ROWS_REFERENCES(NAME)                                                             \
    NAME(append)        /* append(table, *values, **named) */                             \
    NAME(by_id)         /* by_id(table, id) */                                            \
    NAME(current_view)  /* current_view(store): makes store.view if there is none */      \
    NAME(delete_field)  /* delete_field(name): raises */                                  \
    NAME(getitem)       /* getitem(table, key) */                                         \
    NAME(keep_class)    /* keep_class(): raises */                                        \
    NAME(raise_changed) /* raise_changed() */                                             \
    NAME(raise_closed)  /* raise_closed(message) */                                       \
    NAME(raise_locked)  /* raise_locked(table, field) */                                  \
    NAME(raise_stale)   /* raise_stale(what) */                                           \
    NAME(raise_unknown) /* raise_unknown(row, name): raises, or NotImplemented */         \
    NAME(read_unknown)  /* read_unknown(row, name): likewise, or a value */               \
    NAME(plain_values)  /* plain_values(table, record, i): a tuple of converted values */ \
    NAME(reserve)       /* reserve(table, rows) */                                        \
    NAME(same_values)   /* same_values(record, values, others): whether they are equal */ \
    NAME(write_object)  /* write_object(table, field, index, value, order) */             \
    NAME(write_unknown) /* write_unknown(row, name, value): raises, or NotImplemented */

typedef struct References {
#define NAME(name) PyObject *name;
    ROWS_REFERENCES(NAME)
#undef NAME
} References;

extern References references;
extern PyObject *rows__beyond_uint64;  /* 2**64 */
extern PyObject *rows__values_name;    /* "_stoa_values" */
extern PyObject *rows__post_init_name; /* "__post_init__" */

/* Makes datetime's types known; false: an exception. Before any Moments is made. */
bool rows__import_datetime(void);

/* How the definition of each type object of this module begins. */
#define ROWS_TYPE(name) PyVarObject_HEAD_INIT(NULL, 0).tp_name = "stoa._rows." name

#endif
