/* capsules.c: stoa._capsules: the structs of Arrow's C interface in PyCapsules, by their address;
 * and the tensors of DLPack (tensors.c).
 *
 * A capsule owns a struct. Whoever takes the struct out leaves one behind whose release is NULL;
 * else the capsule releases it. */
#include "capsules.h"

#include <stoa/arrow.h>

static const char schema_name[] = "arrow_schema", array_name[] = "arrow_array",
                  stream_name[] = "arrow_array_stream";

/* The end of a capsule with one kind of struct. */
#define END(kind, type, name)                            \
    static void end_##kind(PyObject *capsule)            \
    {                                                    \
        type *own = PyCapsule_GetPointer(capsule, name); \
        if (own != NULL && own->release != NULL)         \
            own->release(own);                           \
        PyMem_RawFree(own);                              \
    }
END(schema, struct ArrowSchema, schema_name)
END(array, struct ArrowArray, array_name)
END(stream, struct ArrowArrayStream, stream_name)
#undef END

typedef struct kind {
    const char *name;
    size_t size;
    PyCapsule_Destructor end;
} kind;

static const kind kinds[] = {{schema_name, sizeof(struct ArrowSchema), end_schema},
                             {array_name, sizeof(struct ArrowArray), end_array},
                             {stream_name, sizeof(struct ArrowArrayStream), end_stream}};

static const kind *kind_named(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    PyErr_Format(PyExc_ValueError, "no capsule is called %s", name);
    return NULL;
}

/* give(address, name): a capsule with the struct at the address, which is moved out of there. */
static PyObject *give(PyObject *self, PyObject *arguments)
{
    PyObject *address;
    const char *name;
    (void)self;
    if (!PyArg_ParseTuple(arguments, "Os:give", &address, &name))
        return NULL;
    void *from = PyLong_AsVoidPtr(address);
    const kind *of = PyErr_Occurred() ? NULL : kind_named(name);
    if (of == NULL)
        return NULL;
    void *own = PyMem_RawMalloc(of->size);
    if (own == NULL)
        return PyErr_NoMemory();
    memcpy(own, from, of->size);
    PyObject *made = PyCapsule_New(own, of->name, of->end);
    if (made == NULL)
        PyMem_RawFree(own);
    else
        memset(from, 0, of->size);
    return made;
}

/* address(capsule, name): where its struct is; an error if it is another capsule, or none. */
static PyObject *address(PyObject *self, PyObject *arguments)
{
    PyObject *capsule;
    const char *name;
    (void)self;
    if (!PyArg_ParseTuple(arguments, "Os:address", &capsule, &name))
        return NULL;
    void *own = PyCapsule_GetPointer(capsule, name);
    return own == NULL ? NULL : PyLong_FromVoidPtr(own);
}

static PyMethodDef methods[] = {{"give", give, METH_VARARGS, NULL},
                                {"address", address, METH_VARARGS, NULL},
                                {"tensor", capsules__tensor, METH_VARARGS, NULL},
                                {NULL, NULL, 0, NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "_capsules", .m_size = 0,
                                        .m_methods = methods};

PyMODINIT_FUNC PyInit__capsules(void);

PyMODINIT_FUNC PyInit__capsules(void)
{
    return PyModule_Create(&definition);
}
