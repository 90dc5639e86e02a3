/* cell.h: converts cells to Python objects and back, with one switch on the type per value.
 *
 * Reading gives the object that a memoryview of the column would give. Storing takes only values of
 * exactly the field's kind (int, float, True and False; for a float64 also ints up to 2**53), so
 * that no Python code can run in the middle. convert() handles all other values. */
#ifndef STOA_ROWS_CELL_H
#define STOA_ROWS_CELL_H

#include <math.h>

#include "rows.h"

#define FLOAT32_LIMIT 0x1.ffffffp127 /* from here on values round to infinity */
#define EXACT_IN_FLOAT64 (INT64_C(1) << 53)

static inline PyObject *new_reference(PyObject *object)
{
    Py_INCREF(object);
    return object;
}

/* ---- ints ---- */

/* The value of an int. False if it is beyond int64; the number is then -1 if it is below, 1 if
 * above. */
static inline bool int64_of(PyObject *value, int64_t *number)
{
#if PY_VERSION_HEX >= 0x030C0000
    if (PyUnstable_Long_IsCompact((const PyLongObject *)(const void *)value)) {
        *number = PyUnstable_Long_CompactValue((const PyLongObject *)(const void *)value);
        return true;
    }
#else
    Py_ssize_t size = Py_SIZE(value);
    if (size >= -1 && size <= 1) {
        *number = size == 0 ? 0 : size * (int64_t)((PyLongObject *)(void *)value)->ob_digit[0];
        return true;
    }
#endif
    int overflow;
    *number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow != 0)
        *number = overflow;
    return overflow == 0;
}

/* Changes the value of an int with one digit and no other owner. The new value is not 0. */
static inline void set_int(PyLongObject *made, int64_t number)
{
    digit size = (digit)(number < 0 ? -number : number);
#if PY_VERSION_HEX >= 0x030C0000
    made->long_value.lv_tag = (uintptr_t)1 << 3 | (number < 0 ? 2 : 0);
    made->long_value.ob_digit[0] = size;
#else
    Py_SET_SIZE(made, number < 0 ? -1 : 1);
    made->ob_digit[0] = size;
#endif
}

/* An int with this value. Most ints that rows give are dropped soon. So the last few are kept, and
 * an int that nobody else holds any more gets a new value, as CPython's zip() does with its tuple.
 * Only for ints of one digit that CPython does not share. spare may be NULL. */
static inline PyObject *box_int(int64_t number, SpareInts *spare)
{
    bool is_plain = number > 256 ? number <= (int64_t)PyLong_MASK
                                 : number < -5 && number >= -(int64_t)PyLong_MASK;
#ifdef Py_GIL_DISABLED
    is_plain = false;
#endif
    if (spare == NULL || !is_plain)
        return PyLong_FromLongLong(number);
    PyObject **place = &spare->ints[spare->turn++ % SPARE_INTS], *before = *place;
    if (before != NULL && Py_REFCNT(before) == 1) {
        set_int((PyLongObject *)(void *)before, number);
        return new_reference(before);
    }
    PyObject *made = PyLong_FromLongLong(number);
    if (made == NULL)
        return NULL;
    *place = new_reference(made);
    Py_XDECREF(before);
    return made;
}

/* ---- reading ---- */

#define BOX_bool(value) PyBool_FromLong(value)
#define BOX_int8(value) PyLong_FromLong(value)
#define BOX_int16(value) box_int(value, spare)
#define BOX_int32(value) box_int(value, spare)
#define BOX_int64(value) box_int(value, spare)
#define BOX_uint8(value) PyLong_FromLong(value)
#define BOX_uint16(value) box_int(value, spare)
#define BOX_uint32(value) box_int(value, spare)
#define BOX_uint64(value) PyLong_FromUnsignedLongLong(value)
#define BOX_float32(value) PyFloat_FromDouble((double)(value))
#define BOX_float64(value) PyFloat_FromDouble(value)
#define BOX_object(handle) object_of(view, handle)
#define BOX_string(handle) text_of(view, handle)
#define BOX_date(value) box_int(value, spare)
#define BOX_timestamp(value) box_int(value, spare)
#define BOX_duration(value) box_int(value, spare)
#define BOX_reference(value) PyLong_FromUnsignedLongLong(value)

/* A new reference to the str of a handle. */
static inline PyObject *text_of(const View *view, stoa_handle handle)
{
    if (handle < (size_t)PyList_GET_SIZE(view->texts)) {
        PyObject *text = PyList_GET_ITEM(view->texts, (Py_ssize_t)handle);
        if (text != Py_None)
            return new_reference(text);
    }
    return new_text(view, handle);
}

/* A new reference to the object of a handle. */
static inline PyObject *object_of(const View *view, stoa_handle handle)
{
    if (handle < (size_t)PyList_GET_SIZE(view->objects))
        return new_reference(PyList_GET_ITEM(view->objects, (Py_ssize_t)handle));
    PyErr_SetString(PyExc_IndexError, "list index out of range"); /* another thread is writing */
    return NULL;
}

/* What a cell of each type is in Python, as the cases of a switch. */
#define BOX(NAME, name, cell, value, member) \
    case STOA_##NAME:                        \
        return BOX_##name(((const cell *)(const void *)cells)[index]);

static inline PyObject *no_type(void)
{
    PyErr_SetString(PyExc_SystemError, "a field without a type");
    return NULL;
}

/* A new reference to what a cell of this type holds. */
static inline PyObject *cell_number(const View *view, stoa_type type, const char *cells,
                                    size_t index, SpareInts *spare)
{
    switch (type) {
        /* NOLINTNEXTLINE(bugprone-branch-clone): timestamps and durations are alike */
        STOA_TYPES(BOX)
    default:
        return no_type();
    }
}

static inline size_t cell_width(stoa_type type)
{
    switch (type) {
#define WIDTH(NAME, name, cell, value, member) \
    case STOA_##NAME:                          \
        return sizeof(cell);
        /* NOLINTNEXTLINE(bugprone-branch-clone): timestamps and durations are alike */
        STOA_TYPES(WIDTH)
#undef WIDTH
    default:
        return 0;
    }
}

/* The tuple of a vector's components. */
__attribute__((noinline, unused)) static PyObject *vector_value(const View *view, const Slot *slot,
                                                                size_t index)
{
    PyObject *made = PyTuple_New(slot->length);
    for (int i = 0; made != NULL && i < slot->length; i++) {
        const char *cells = view->core->columns[slot->field + (size_t)i].cells;
        PyObject *number = NULL;
        if (cells != NULL) /* a field can be dropped while the tuple is made */
            number = cell_number(view, slot->type, cells, index, NULL);
        else
            PyErr_SetString(PyExc_LookupError, "the field was dropped");
        if (number == NULL)
            Py_CLEAR(made);
        else
            PyTuple_SET_ITEM(made, i, number);
    }
    return made;
}

/* decoder[what the cell holds], or of a vector the tuple */
__attribute__((noinline, unused)) static PyObject *decoded_value(const View *view, const Slot *slot,
                                                                 const char *cells, size_t index)
{
    PyObject *decoder = slot->decoder;
    if (slot->length > 0)
        return vector_value(view, slot, index);
    if (slot->target != NULL) {
        PyObject *row = row_followed(slot, ((const uint64_t *)(const void *)cells)[index]);
        if (row != NULL || PyErr_Occurred())
            return row;
    }
    if (PyTuple_Check(decoder)) {
        size_t place = cell_width(slot->type) == 1 ? ((const uint8_t *)(const void *)cells)[index]
                                                   : ((const uint16_t *)(const void *)cells)[index];
        if (place < (size_t)PyTuple_GET_SIZE(decoder))
            return new_reference(PyTuple_GET_ITEM(decoder, (Py_ssize_t)place));
    }
    PyObject *number = cell_number(view, slot->type, cells, index, NULL);
    if (number == NULL)
        return NULL;
    Py_INCREF(decoder);
    PyObject *value = PyObject_GetItem(decoder, number);
    Py_DECREF(decoder);
    Py_DECREF(number);
    return value;
}

/* ---- nulls ---- */

static inline bool is_there(const Slot *slot, size_t index)
{
    uint64_t word = __atomic_load_n(&slot->validity[index / 64], __ATOMIC_RELAXED);
    return (word >> index % 64 & 1) != 0;
}

/* A run without CPython's lock may write the bits of other rows, which lie in the same word. */
static inline void set_there(const Slot *slot, size_t index, bool there)
{
    if (is_there(slot, index) != there)
        __atomic_fetch_xor(&slot->validity[index / 64], (uint64_t)1 << index % 64,
                           __ATOMIC_RELAXED);
}

__attribute__((noinline, unused)) static PyObject *nullable_value(const View *view,
                                                                  const Slot *slot,
                                                                  const char *cells, size_t index,
                                                                  SpareInts *spare)
{
    if (!is_there(slot, index))
        return new_reference(Py_None);
    if (slot->inner == DECODED)
        return decoded_value(view, slot, cells, index);
    return cell_number(view, slot->inner, cells, index, spare);
}

/* A new reference to the value of a cell that exists. values: the slot's; for a plain type no slot
 * is looked at. For `spare` see box_int. */
static inline PyObject *cell_value(const View *view, const Slot *slot, stoa_type values,
                                   const char *cells, size_t index, SpareInts *spare)
{
    if (values == STOA_INT32) /* the most common type needs no jump */
        return BOX_int32(((const int32_t *)(const void *)cells)[index]);
    switch ((int)values) {
        /* NOLINTNEXTLINE(bugprone-branch-clone): timestamps and durations are alike */
        STOA_TYPES(BOX)
    case DECODED: /* this may run any code */
        return decoded_value(view, slot, cells, index);
    case NULLABLE:
        return nullable_value(view, slot, cells, index, spare);
    default:
        return no_type();
    }
}
#undef BOX

/* ---- storing ---- */

typedef enum Fit {
    FITS,   /* the value was stored */
    BEYOND, /* an int beyond the field's range */
    OTHER,  /* the value must be converted first */
} Fit;

/* Raises no exception, since a new exception object could start the garbage collector: see
 * append.c. */
static inline Fit store_uint64(void *at, PyObject *value)
{
    int64_t small;
    uint64_t number;
    if (int64_of(value, &small)) {
        if (small < 0)
            return BEYOND;
        number = (uint64_t)small;
    } else {
        if (small < 0 || PyObject_RichCompareBool(value, rows__beyond_uint64, Py_LT) != 1)
            return BEYOND;
        number = PyLong_AsUnsignedLongLongMask(value);
    }
    memcpy(at, &number, sizeof number);
    return FITS;
}

static inline Fit store_float64(void *at, PyObject *value)
{
    double number;
    int64_t whole;
    if (PyFloat_CheckExact(value))
        number = PyFloat_AS_DOUBLE(value);
    else if (PyLong_CheckExact(value) && int64_of(value, &whole) && whole <= EXACT_IN_FLOAT64 &&
             whole >= -EXACT_IN_FLOAT64)
        number = (double)whole;
    else
        return OTHER;
    memcpy(at, &number, sizeof number);
    return FITS;
}

static inline Fit store_float32(void *at, PyObject *value)
{
    if (!PyFloat_CheckExact(value))
        return OTHER;
    double wide = PyFloat_AS_DOUBLE(value);
    if (fabs(wide) >= FLOAT32_LIMIT && !isinf(wide))
        return OTHER;
    float number = (float)wide;
    memcpy(at, &number, sizeof number);
    return FITS;
}

/* Stores the id of a row of the target. */
static inline Fit store_reference(const Slot *slot, void *at, PyObject *value)
{
    const Row *row = (const Row *)(const void *)value;
    if (value == Py_None && slot->takes_none) {
        *(uint64_t *)at = 0;
        return FITS;
    }
    if (!is_row(value) || row->view->core != slot->target ||
        !is_fresh(row->view, row->order, row->index))
        return OTHER;
    *(uint64_t *)at = stoa_row_id((stoa_row){row->view->core, row->index});
    return FITS;
}

/* Stores a value of those that decoder gives, if it is one of few. */
__attribute__((noinline, unused)) static Fit store_place(const Slot *slot, void *at,
                                                         PyObject *value)
{
    PyObject *decoder = slot->decoder;
    if (slot->target != NULL)
        return store_reference(slot, at, value);
    if (!PyTuple_Check(decoder) || PyTuple_GET_SIZE(decoder) > MOST_PLACES)
        return OTHER;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(decoder); i++)
        if (PyTuple_GET_ITEM(decoder, i) == value) {
            *(uint8_t *)at = (uint8_t)i;
            return FITS;
        }
    return OTHER;
}

/* Stores the handle of a str. */
__attribute__((noinline, unused)) static Fit store_text(const Slot *slot, void *at, PyObject *value)
{
    return handle_of_text(slot->of->strings, value, at) ? FITS : OTHER;
}

/* Stores the value into the cell at `at`, or leaves it as it is. Runs no Python code. The slot is
 * looked at only where `values`, which are its, are DECODED or strings. */
static inline Fit store_there(const Slot *slot, stoa_type values, void *at, PyObject *value)
{
    int64_t number;
    switch ((int)values) {
    case STOA_BOOL:
        if (value != Py_True && value != Py_False)
            return OTHER;
        *(bool *)at = value == Py_True;
        return FITS;
    case STOA_FLOAT64:
        return store_float64(at, value);
    case STOA_FLOAT32:
        return store_float32(at, value);
    case STOA_UINT64:
        return PyLong_CheckExact(value) ? store_uint64(at, value) : OTHER;
#define STORE(NAME, cell)                                                 \
    case STOA_##NAME: {                                                   \
        if (!PyLong_CheckExact(value))                                    \
            return OTHER;                                                 \
        if (!int64_of(value, &number) || number != (int64_t)(cell)number) \
            return BEYOND;                                                \
        *(cell *)at = (cell)number;                                       \
        return FITS;                                                      \
    }
        STORE(INT32, int32_t)
        STORE(INT64, int64_t)
        STORE(INT8, int8_t)
        STORE(INT16, int16_t)
        STORE(UINT8, uint8_t)
        STORE(UINT16, uint16_t)
        STORE(UINT32, uint32_t)
        STORE(DATE, int32_t) /* counts: the values of times are DECODED */
        /* NOLINTNEXTLINE(bugprone-branch-clone): timestamps and durations are alike */
        STORE(TIMESTAMP, int64_t)
        STORE(DURATION, int64_t)
#undef STORE
    case STOA_STRING:
        return store_text(slot, at, value);
    case DECODED:
        return store_place(slot, at, value);
    default:
        return OTHER;
    }
}

/* The address of a row's cell; the row may lie behind the table's end. */
static inline char *cell_at(const Slot *slot, size_t row)
{
    return slot->cells + cell_width(slot->type) * row;
}

static inline void store_null(const Slot *slot, size_t row)
{
    memset(cell_at(slot, row), 0, cell_width(slot->type));
    set_there(slot, row, false);
}

__attribute__((noinline, unused)) static Fit store_or_null(const Slot *slot, size_t row,
                                                           PyObject *value)
{
    if (value == Py_None) {
        store_null(slot, row);
        return FITS;
    }
    Fit fit = store_there(slot, slot->inner, cell_at(slot, row), value);
    if (fit == FITS)
        set_there(slot, row, true);
    return fit;
}

/* The same for the cell of a row, whose field may be nullable. */
static inline Fit store_value(const Slot *slot, size_t row, PyObject *value)
{
    Fit fit = store_there(slot, slot->values, cell_at(slot, row), value);
    return fit == OTHER && slot->values == NULLABLE ? store_or_null(slot, row, value) : fit;
}

#endif
