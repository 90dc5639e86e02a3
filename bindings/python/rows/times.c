/* times.c: Moments, which give the date, datetime or timedelta of a count.
 *
 * A Moments stands in for a mapping in Python (_schema/times.py), `others`, to which it leaves what
 * is not plain: counts beyond what Python's types hold or that are no whole microseconds, which are
 * errors there. Datetimes of a zone are made of UTC by the zone's own fromutc(). */
#include "rows.h"

#include <datetime.h>

#include "base/civil.h"

enum { DATES, DATETIMES, TIMEDELTAS };

typedef struct Moments {
    PyObject_HEAD int kind;
    int64_t multiplier, divisor; /* count * multiplier / divisor: microseconds */
    PyObject *zone;              /* NULL: none */
    PyObject *others;
} Moments;

#define MICROSECONDS INT64_C(1000000)
#define DAY_MICROSECONDS (STOA__DAY_SECONDS * MICROSECONDS)

enum { MOST_DAYS = 999999999 }; /* of a timedelta */

static bool is_day(int64_t days)
{
    return days >= STOA_FIRST_DAY && days <= STOA_LAST_DAY;
}

static PyObject *date_of(int64_t days)
{
    stoa__civil civil = stoa__civil_from_days(days);
    return PyDateTimeAPI->Date_FromDate((int)civil.year, (int)civil.month, (int)civil.day,
                                        PyDateTimeAPI->DateType);
}

static PyObject *datetime_of(const Moments *self, int64_t days, int64_t rest)
{
    stoa__civil civil = stoa__civil_from_days(days);
    int second = (int)(rest / MICROSECONDS);
    PyObject *zone = self->zone == NULL ? Py_None : self->zone;
    PyObject *made = PyDateTimeAPI->DateTime_FromDateAndTime(
        (int)civil.year, (int)civil.month, (int)civil.day, second / 3600, second / 60 % 60,
        second % 60, (int)(rest % MICROSECONDS), zone, PyDateTimeAPI->DateTimeType);
    if (made == NULL || self->zone == NULL || self->zone == PyDateTimeAPI->TimeZone_UTC)
        return made;
    PyObject *local = PyObject_CallMethod(zone, "fromutc", "O", made);
    Py_DECREF(made);
    return local;
}

static PyObject *timedelta_of(int64_t days, int64_t rest)
{
    return PyDateTimeAPI->Delta_FromDelta((int)days, (int)(rest / MICROSECONDS),
                                          (int)(rest % MICROSECONDS), 1, PyDateTimeAPI->DeltaType);
}

/* The value of a count; NULL without an exception: it is for `others`. */
static PyObject *moment_of(const Moments *self, int64_t count)
{
    if (self->kind == DATES)
        return is_day(count) ? date_of(count) : NULL;
    int64_t whole;
    if (__builtin_mul_overflow(count, self->multiplier, &whole) || whole % self->divisor != 0)
        return NULL;
    whole /= self->divisor;
    int64_t days = stoa__floor_div(whole, DAY_MICROSECONDS);
    int64_t rest = whole - days * DAY_MICROSECONDS;
    if (self->kind == TIMEDELTAS)
        return days >= -MOST_DAYS && days <= MOST_DAYS ? timedelta_of(days, rest) : NULL;
    bool is_near_end = self->zone != NULL && (days == STOA_FIRST_DAY || days == STOA_LAST_DAY);
    return is_day(days) && !is_near_end ? datetime_of(self, days, rest) : NULL;
}

static PyObject *moments_subscript(PyObject *object, PyObject *key)
{
    const Moments *self = (const Moments *)(const void *)object;
    int overflow = 1;
    int64_t count = PyLong_CheckExact(key) ? PyLong_AsLongLongAndOverflow(key, &overflow) : 0;
    PyObject *made = overflow == 0 ? moment_of(self, count) : NULL;
    if (made != NULL || PyErr_Occurred() != NULL)
        return made;
    return PyObject_GetItem(self->others, key);
}

static PyObject *moments_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    int kind;
    long long multiplier, divisor;
    PyObject *zone, *others;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "iLLOO", &kind, &multiplier, &divisor, &zone, &others))
        return NULL;
    Moments *made = (Moments *)(void *)type->tp_alloc(type, 0);
    if (made == NULL)
        return NULL;
    made->kind = kind;
    made->multiplier = multiplier;
    made->divisor = divisor < 1 ? 1 : divisor;
    Py_INCREF(others);
    made->others = others;
    if (zone != Py_None) {
        Py_INCREF(zone);
        made->zone = zone;
    }
    return (PyObject *)made;
}

static void moments_dealloc(PyObject *object)
{
    Moments *self = (Moments *)(void *)object;
    Py_XDECREF(self->zone);
    Py_DECREF(self->others);
    Py_TYPE(object)->tp_free(object);
}

static PyMappingMethods moments_mapping = {.mp_subscript = moments_subscript};

PyTypeObject rows__Moments = {
    ROWS_TYPE("Moments"),
    .tp_doc = "Moments(kind, multiplier, divisor, zone, others, /)\n--\n\nThe dates (kind 0), "
              "datetimes (1) or timedeltas (2) by their counts.",
    .tp_basicsize = sizeof(Moments),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = moments_new,
    .tp_dealloc = moments_dealloc,
    .tp_as_mapping = &moments_mapping,
};

/* To be called before any Moments is made. */
bool rows__import_datetime(void)
{
    PyDateTime_IMPORT;
    return PyDateTimeAPI != NULL;
}
