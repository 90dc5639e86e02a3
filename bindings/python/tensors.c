/* tensors.c: the tensors of DLPack in PyCapsules.
 *
 * The structs are laid out as DLPack's header says, of version 1 and of before. A consumer that
 * takes a tensor renames its capsule, and calls the deleter once, from any thread; else the capsule
 * does. The deleter lets go of the owner of the memory, and frees the struct, behind which its
 * shape and strides lie. */
#include "capsules.h"

#include <stdbool.h>

enum { CPU = 1, MOST_DIMENSIONS = 2 };

typedef struct Tensor {
    void *data; /* NULL: there are no values */
    struct {
        int32_t type, number;
    } device;
    int32_t dimensions;
    struct {
        uint8_t code, bits;
        uint16_t lanes;
    } dtype;
    int64_t *shape, *strides; /* strides in values, not bytes */
    uint64_t offset;
} Tensor;

typedef struct Plain {
    Tensor tensor;
    void *owner;
    void (*deleter)(struct Plain *);
} Plain;

typedef struct Versioned {
    uint32_t major, minor;
    void *owner;
    void (*deleter)(struct Versioned *);
    uint64_t flags;
    Tensor tensor;
} Versioned;

typedef struct Lengths {
    int64_t shape[MOST_DIMENSIONS], strides[MOST_DIMENSIONS];
} Lengths;

/* ---- ends ---- */

/* Once the interpreter is gone, so is the owner. */
static void release_owner(void *owner)
{
    if (!Py_IsInitialized())
        return;
    PyGILState_STATE state = PyGILState_Ensure();
    Py_DECREF((PyObject *)owner);
    PyGILState_Release(state);
}

static void delete_plain(Plain *tensor)
{
    release_owner(tensor->owner);
    PyMem_RawFree(tensor);
}

static void delete_versioned(Versioned *tensor)
{
    release_owner(tensor->owner);
    PyMem_RawFree(tensor);
}

static const char plain_name[] = "dltensor", versioned_name[] = "dltensor_versioned";

static void end_plain(PyObject *capsule)
{
    if (PyCapsule_IsValid(capsule, plain_name)) {
        Plain *tensor = PyCapsule_GetPointer(capsule, plain_name);
        tensor->deleter(tensor);
    }
}

static void end_versioned(PyObject *capsule)
{
    if (PyCapsule_IsValid(capsule, versioned_name)) {
        Versioned *tensor = PyCapsule_GetPointer(capsule, versioned_name);
        tensor->deleter(tensor);
    }
}

/* ---- beginnings ---- */

typedef struct Request {
    PyObject *owner;
    void *data;
    int code, bits;
    int32_t dimensions;
    Lengths lengths;
    unsigned long long flags;
    int is_versioned;
} Request;

static bool take_numbers(PyObject *tuple, int64_t *numbers, Py_ssize_t count)
{
    if (PyTuple_Size(tuple) != count) {
        PyErr_SetString(PyExc_ValueError, "a shape and its strides have one length");
        return false;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        numbers[i] = PyLong_AsLongLong(PyTuple_GetItem(tuple, i));
        if (PyErr_Occurred())
            return false;
    }
    return true;
}

static bool take_request(Request *request, PyObject *arguments)
{
    PyObject *address, *shape, *strides;
    if (!PyArg_ParseTuple(arguments, "OOiiO!O!Kp:tensor", &request->owner, &address, &request->code,
                          &request->bits, &PyTuple_Type, &shape, &PyTuple_Type, &strides,
                          &request->flags, &request->is_versioned))
        return false;
    Py_ssize_t count = PyTuple_Size(shape);
    if (count < 0 || count > MOST_DIMENSIONS) {
        PyErr_SetString(PyExc_ValueError, "a tensor has at most two dimensions");
        return false;
    }
    request->dimensions = (int32_t)count;
    request->data = PyLong_AsVoidPtr(address);
    return !PyErr_Occurred() && take_numbers(shape, request->lengths.shape, count) &&
           take_numbers(strides, request->lengths.strides, count);
}

static void describe(Tensor *tensor, const Request *request, Lengths *lengths)
{
    *lengths = request->lengths;
    tensor->data = request->data;
    tensor->device.type = CPU;
    tensor->dimensions = request->dimensions;
    tensor->dtype.code = (uint8_t)request->code;
    tensor->dtype.bits = (uint8_t)request->bits;
    tensor->dtype.lanes = 1;
    tensor->shape = lengths->shape;
    tensor->strides = lengths->strides;
}

/* The capsule takes the struct, and the struct a reference to the owner. */
static PyObject *finish(void *made, const char *name, PyCapsule_Destructor end, PyObject *owner)
{
    PyObject *capsule = PyCapsule_New(made, name, end);
    if (capsule == NULL)
        PyMem_RawFree(made);
    else
        Py_INCREF(owner);
    return capsule;
}

PyObject *capsules__tensor(PyObject *self, PyObject *arguments)
{
    Request request;
    (void)self;
    memset(&request, 0, sizeof request);
    if (!take_request(&request, arguments))
        return NULL;
    size_t size = request.is_versioned ? sizeof(Versioned) : sizeof(Plain);
    char *made = PyMem_RawCalloc(1, size + sizeof(Lengths));
    if (made == NULL)
        return PyErr_NoMemory();
    Lengths *lengths = (Lengths *)(void *)(made + size);
    if (!request.is_versioned) {
        Plain *plain = (Plain *)(void *)made;
        *plain = (Plain){.owner = request.owner, .deleter = delete_plain};
        describe(&plain->tensor, &request, lengths);
        return finish(made, plain_name, end_plain, request.owner);
    }
    Versioned *versioned = (Versioned *)(void *)made;
    *versioned = (Versioned){.major = 1, .owner = request.owner, .deleter = delete_versioned};
    versioned->flags = request.flags;
    describe(&versioned->tensor, &request, lengths);
    return finish(made, versioned_name, end_versioned, request.owner);
}
