/* document.c: gives functions in C the docstrings of the Python methods that they replace.
 *
 * The docstring of a slot wrapper (such as __getitem__'s) is in CPython's own table. So a new
 * wrapper is made from a copy of that table's entry, with another text. CPython still finds the C
 * function of the slot behind it, because it compares only the name and the wrapping function. The
 * copies and the texts are never freed. */
#include "rows.h"

#include <string.h>

static const char end_of_signature[] = ")\n--\n\n";

/* The signature in the old text, if there is one, followed by the new text. */
static const char *joined(const char *old, const char *text)
{
    const char *end = old != NULL ? strstr(old, end_of_signature) : NULL;
    size_t kept = end != NULL ? (size_t)(end - old) + sizeof end_of_signature - 1 : 0;
    size_t size = strlen(text) + 1;
    char *made = PyMem_Malloc(kept + size);
    if (made == NULL)
        return NULL;
    if (kept > 0)
        memcpy(made, old, kept);
    memcpy(made + kept, text, size);
    return made;
}

static PyObject *document_slot(const PyWrapperDescrObject *slot, const char *text)
{
    struct wrapperbase *base = PyMem_Malloc(sizeof *base);
    if (base == NULL)
        return PyErr_NoMemory();
    *base = *slot->d_base;
    base->doc = joined(base->doc, text);
    if (base->doc != NULL)
        return PyDescr_NewWrapper(slot->d_common.d_type, base, slot->d_wrapped);
    PyMem_Free(base);
    return PyErr_NoMemory();
}

static PyObject *document_method(const PyMethodDescrObject *method, const char *text)
{
    PyMethodDef *def = PyMem_Malloc(sizeof *def);
    if (def == NULL)
        return PyErr_NoMemory();
    *def = *method->d_method;
    def->ml_doc = joined(def->ml_doc, text);
    if (def->ml_doc != NULL)
        return PyDescr_NewMethod(method->d_common.d_type, def);
    PyMem_Free(def);
    return PyErr_NoMemory();
}

PyObject *rows__document(PyObject *module, PyObject *arguments)
{
    (void)module;
    PyObject *method;
    const char *text; /* NULL under python -OO */
    if (!PyArg_ParseTuple(arguments, "Oz:document", &method, &text))
        return NULL;
    if (text != NULL && Py_IS_TYPE(method, &PyWrapperDescr_Type))
        return document_slot((PyWrapperDescrObject *)(void *)method, text);
    if (text != NULL && Py_IS_TYPE(method, &PyMethodDescr_Type))
        return document_method((PyMethodDescrObject *)(void *)method, text);
    Py_INCREF(method);
    return method;
}
