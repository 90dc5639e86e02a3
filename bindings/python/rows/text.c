/* text.c: strings: the str of a handle, the handle of a str, and strs for the library.
 *
 * The strs of the first handles are kept in a list, which Python's Texts (_store/strings.py) has
 * too; those of later handles are made anew each time. Pools change only while the interpreter's
 * lock is held (lib/query/scope.c), so that no lock is needed here. */
#include "rows.h"

enum { KEPT = 1 << 16 }; /* as in _store/strings.py */

static int keep(const View *view, stoa_handle handle, PyObject *text)
{
    size_t room = view->core->strings->count < KEPT ? view->core->strings->count : KEPT;
    while ((size_t)PyList_GET_SIZE(view->texts) < room)
        if (PyList_Append(view->texts, Py_None) < 0)
            return -1;
    Py_INCREF(text);
    return PyList_SetItem(view->texts, (Py_ssize_t)handle, text);
}

PyObject *new_text(const View *view, stoa_handle handle)
{
    stoa_string string = stoa__string_of(view->core->strings, handle);
    PyObject *text = PyUnicode_DecodeUTF8(string.bytes, (Py_ssize_t)string.length, NULL);
    if (text != NULL && handle < KEPT && keep(view, handle, text) < 0)
        Py_CLEAR(text);
    return text;
}

static int string_of(PyObject *text, stoa_string *string)
{
    Py_ssize_t length;
    if (PyUnicode_IS_COMPACT_ASCII(text)) {
        string->bytes = (const char *)PyUnicode_1BYTE_DATA(text);
        string->length = (size_t)PyUnicode_GET_LENGTH(text);
        return 0;
    }
    string->bytes = PyUnicode_AsUTF8AndSize(text, &length);
    string->length = (size_t)length;
    return string->bytes != NULL ? 0 : -1;
}

/* ---- the handle of a str ---- */

typedef stoa_status intern_function(stoa_string_pool *, const stoa_string *, size_t, stoa_handle *,
                                    stoa_error *);
typedef void cut_function(stoa_string_pool *, size_t);

/* The library's, which is linked to the module _core alone. */
static intern_function *intern;
static cut_function *cut;

PyObject *rows__link(PyObject *module, PyObject *arguments)
{
    unsigned long long addresses[2];
    (void)module;
    if (!PyArg_ParseTuple(arguments, "KK", &addresses[0], &addresses[1]))
        return NULL;
    memcpy(&intern, &addresses[0], sizeof intern);
    memcpy(&cut, &addresses[1], sizeof cut);
    Py_RETURN_NONE;
}

bool is_text(PyObject *value)
{
    if (!PyUnicode_CheckExact(value))
        return false;
    if (PyUnicode_KIND(value) == PyUnicode_1BYTE_KIND)
        return true;
    for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(value); i++)
        if ((PyUnicode_READ_CHAR(value, i) & ~(Py_UCS4)0x7ff) == 0xd800) /* half of a pair */
            return false;
    return true;
}

/* Of half a pair, encoding would make an exception object. */
bool handle_of_text(stoa_string_pool *pool, PyObject *text, stoa_handle *handle)
{
    stoa_string string;
    stoa_handle found;
    if (!is_text(text))
        return false;
    if (string_of(text, &string) < 0) {
        PyErr_Clear();
        return false;
    }
    if (intern(pool, &string, 1, &found, NULL) != STOA_OK)
        return false;
    *handle = found; /* of a call that fails it is unspecified, and this may be a cell */
    return true;
}

void forget_texts(stoa_string_pool *pool, size_t count)
{
    cut(pool, count);
}

/* ---- strs for the library ---- */

/* The caller keeps the list and what is in it as they are. */
PyObject *rows__strings(PyObject *module, PyObject *texts)
{
    (void)module;
    if (!PyList_CheckExact(texts)) {
        PyErr_SetString(PyExc_TypeError, "a list is needed");
        return NULL;
    }
    Py_ssize_t count = PyList_GET_SIZE(texts);
    PyObject *made = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(stoa_string));
    char *at = made != NULL ? PyBytes_AS_STRING(made) : NULL;
    for (Py_ssize_t i = 0; made != NULL && i < count; i++, at += sizeof(stoa_string)) {
        PyObject *text = PyList_GET_ITEM(texts, i);
        stoa_string string;
        if (!PyUnicode_Check(text)) {
            PyErr_SetString(PyExc_TypeError, "a list of str is needed");
            Py_CLEAR(made);
        } else if (string_of(text, &string) < 0) {
            Py_CLEAR(made);
        } else {
            memcpy(at, &string, sizeof string);
        }
    }
    return made;
}
