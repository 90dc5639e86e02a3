/* standalone.c: standalone records: made by calling their class, written to by attribute.
 *
 * A record class, and the hidden sealed class of the objects that Point(1, 2) makes, are C structs
 * with a Recipe: for each field its name, its type and where its value is in the object. Python
 * makes the recipe together with the sealed class, at the first call (record.py). From then on,
 * calls of the class and attribute stores of the sealed class are handled here. Calls that are not
 * plain (unknown names, missing or too many arguments) go through type.__call__, as in pure Python.
 *
 * Invariant: values in members are converted. A member may be empty, in an object made by __new__
 * alone. A class that the garbage collector has cleared has no recipe. */
#include "cell.h"

enum { MOST_FIELDS = 64 }; /* of a record that is made here */

/* ---- recipes ---- */

/* The member with this interned name; NULL: there is none. */
static inline const Member *member_of(const Recipe *recipe, PyObject *name)
{
    for (size_t i = (uintptr_t)name >> 4 & recipe->mask;; i = (i + 1) & recipe->mask) {
        Py_ssize_t place = recipe->places[i];
        if (place < 0 || recipe->members[place].name == name)
            return place < 0 ? NULL : &recipe->members[place];
    }
}

/* The same for a name that need not be interned, as __setattr__ and subclasses of str give them. */
static const Member *member_named(const Recipe *recipe, PyObject *name)
{
    const Member *found = member_of(recipe, name);
    if (found != NULL || !PyUnicode_Check(name) ||
        (PyUnicode_CheckExact(name) && PyUnicode_CHECK_INTERNED(name)))
        return found;
    for (Py_ssize_t i = 0; i < recipe->width; i++)
        if (PyUnicode_Compare(recipe->members[i].name, name) == 0)
            return &recipe->members[i];
    return NULL;
}

static void enter_name(Recipe *recipe, Py_ssize_t place)
{
    size_t i = (uintptr_t)recipe->members[place].name >> 4 & recipe->mask;
    while (recipe->places[i] >= 0)
        i = (i + 1) & recipe->mask;
    recipe->places[i] = place;
}

static PyObject *given_or_null(PyObject *object)
{
    return object == Py_None ? NULL : new_reference(PyTuple_GET_ITEM(object, 0));
}

/* initial and factory are tuples of one item, or None. */
static bool take_member(Member *member, PyObject *described)
{
    PyObject *name, *convert, *decoder, *initial, *factory, *slot;
    int type, kw_only;
    if (!PyArg_ParseTuple(described, "UiOOOOO!p", &name, &type, &convert, &decoder, &initial,
                          &factory, &PyMemberDescr_Type, &slot, &kw_only))
        return false;
    Py_INCREF(name);
    PyUnicode_InternInPlace(&name);
    member->name = name;
    member->convert = new_reference(convert);
    member->initial = given_or_null(initial);
    member->factory = given_or_null(factory);
    member->offset = ((PyMemberDescrObject *)(void *)slot)->d_member->offset;
    member->values = decoder == Py_None ? (stoa_type)type : DECODED;
    member->is_reference = type == STOA_REFERENCE;
    member->kw_only = kw_only != 0;
    return true;
}

static bool take_members(Recipe *recipe, PyObject *fields)
{
    size_t width = (size_t)PyTuple_GET_SIZE(fields), room = 4;
    while (room < 2 * width)
        room *= 2;
    recipe->mask = room - 1;
    recipe->places = PyMem_Malloc(room * sizeof *recipe->places);
    recipe->members = PyMem_Calloc(width + 1, sizeof *recipe->members);
    if (recipe->places == NULL || recipe->members == NULL) {
        PyErr_NoMemory();
        return false;
    }
    for (size_t i = 0; i < room; i++)
        recipe->places[i] = -1;
    for (size_t i = 0; i < width; i++) {
        if (!take_member(&recipe->members[i], PyTuple_GET_ITEM(fields, (Py_ssize_t)i)))
            return false;
        recipe->width++;
        stoa_type values = recipe->members[i].values;
        recipe->has_objects |= values == STOA_OBJECT || values == DECODED;
        recipe->has_references |= recipe->members[i].is_reference;
        enter_name(recipe, (Py_ssize_t)i);
    }
    return true;
}

static int recipe_traverse(PyObject *self, visitproc visit, void *arg)
{
    Recipe *recipe = (Recipe *)(void *)self;
    Py_VISIT(recipe->record);
    Py_VISIT(recipe->sealed);
    for (Py_ssize_t i = 0; i < recipe->width; i++) {
        Py_VISIT(recipe->members[i].convert);
        Py_VISIT(recipe->members[i].initial);
        Py_VISIT(recipe->members[i].factory);
    }
    return 0;
}

static void recipe_dealloc(PyObject *self)
{
    Recipe *recipe = (Recipe *)(void *)self;
    PyObject_GC_UnTrack(self);
    for (Py_ssize_t i = 0; i < recipe->width; i++) {
        Member *member = &recipe->members[i];
        Py_XDECREF(member->name);
        Py_XDECREF(member->convert);
        Py_XDECREF(member->initial);
        Py_XDECREF(member->factory);
    }
    PyMem_Free(recipe->members);
    PyMem_Free(recipe->places);
    Py_XDECREF(recipe->record);
    Py_XDECREF(recipe->sealed);
    PyObject_GC_Del(self);
}

/* Without tp_clear: a cycle through a recipe also goes through its classes, which can be
 * cleared. */
PyTypeObject rows__Recipe = {
    ROWS_TYPE("Recipe"),
    .tp_doc = "How standalone records of a class lie.",
    .tp_basicsize = sizeof(Recipe),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_traverse = recipe_traverse,
    .tp_dealloc = recipe_dealloc,
};

/* The recipe of a sealed class, a borrowed reference that any Python code may replace. NULL if the
 * class is not sealed. */
static Recipe *recipe_of(PyTypeObject *kind)
{
    if (!PyObject_TypeCheck((PyObject *)kind, &rows__RecordTypeBase))
        return NULL;
    Recipe *recipe = ((RecordClass *)(void *)kind)->recipe;
    return recipe != NULL && recipe->sealed == kind ? recipe : NULL;
}

/* ---- values ---- */

/* The value as the field's type stores it, a new reference. NULL without an exception: it must be
 * converted. Runs no Python code. */
static PyObject *plain_value(stoa_type type, PyObject *value)
{
    static const Slot none; /* plain types look at no slot */
    uint64_t aside = 0;
    if (type == STOA_OBJECT || (type == STOA_STRING && is_text(value)))
        return new_reference(value);
    if (type == DECODED || type == STOA_STRING || store_there(&none, type, &aside, value) != FITS)
        return NULL;
    if (type == STOA_FLOAT32) {
        float narrow;
        memcpy(&narrow, &aside, sizeof narrow);
        return PyFloat_FromDouble((double)narrow);
    }
    if (type == STOA_FLOAT64 && !PyFloat_CheckExact(value)) {
        double wide;
        memcpy(&wide, &aside, sizeof wide);
        return PyFloat_FromDouble(wide);
    }
    return new_reference(value);
}

/* The same, converted if need be; NULL with an exception. The caller keeps the recipe alive. */
static inline PyObject *checked_value(const Member *member, PyObject *value)
{
    PyObject *plain = plain_value(member->values, value);
    if (plain != NULL || PyErr_Occurred())
        return plain;
    return PyObject_CallFunctionObjArgs(member->convert, value, member->name, NULL);
}

static inline PyObject **value_at(PyObject *record, const Member *member)
{
    return (PyObject **)(void *)((char *)record + member->offset);
}

bool standalone_has_references(PyObject *record)
{
    const Recipe *recipe = recipe_of(Py_TYPE(record));
    return recipe != NULL && recipe->has_references;
}

const Recipe *standalone_items(PyObject *record, PyObject **items, Py_ssize_t most)
{
    const Recipe *recipe = recipe_of(Py_TYPE(record));
    if (recipe == NULL || recipe->width > most)
        return NULL;
    for (Py_ssize_t i = 0; i < recipe->width; i++) {
        items[i] = *value_at(record, &recipe->members[i]);
        if (items[i] == NULL)
            return NULL;
    }
    for (Py_ssize_t i = 0; i < recipe->width; i++)
        Py_INCREF(items[i]);
    return recipe;
}

PyObject *standalone_values(PyObject *record)
{
    const Recipe *recipe = recipe_of(Py_TYPE(record));
    PyObject *values = recipe != NULL ? PyTuple_New(recipe->width) : NULL;
    for (Py_ssize_t i = 0; values != NULL && i < recipe->width; i++) {
        PyObject *value = *value_at(record, &recipe->members[i]);
        if (value != NULL)
            PyTuple_SET_ITEM(values, i, new_reference(value));
        else
            Py_CLEAR(values);
    }
    return values;
}

bool store_standalone(PyTypeObject *record_class, PyObject *record, const Slot *slots, size_t row)
{
    const Recipe *recipe = recipe_of(Py_TYPE(record));
    if (recipe == NULL || recipe->record != record_class)
        return false;
    for (Py_ssize_t i = 0; i < recipe->width; i++) {
        PyObject *value = *value_at(record, &recipe->members[i]);
        if (value == NULL || store_value(&slots[i], row, value) != FITS)
            return false;
    }
    return true;
}

/* ---- calling the class ---- */

static void release_values(PyObject **values, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++)
        Py_CLEAR(values[i]);
}

/* Puts the arguments into the order of the fields, as borrowed references; false if they do not
 * fit. */
static bool bind_arguments(const Recipe *recipe, PyObject *const *given, Py_ssize_t count,
                           PyObject *names, PyObject **values)
{
    Py_ssize_t named = names != NULL ? PyTuple_GET_SIZE(names) : 0, taken = 0;
    for (Py_ssize_t i = 0; i < recipe->width; i++)
        values[i] = taken < count && !recipe->members[i].kw_only ? given[taken++] : NULL;
    if (taken < count)
        return false;
    for (Py_ssize_t i = 0; i < named; i++) {
        const Member *member = member_of(recipe, PyTuple_GET_ITEM(names, i));
        if (member == NULL || values[member - recipe->members] != NULL)
            return false;
        values[member - recipe->members] = given[count + i];
    }
    for (Py_ssize_t i = 0; i < recipe->width; i++) {
        const Member *member = &recipe->members[i];
        if (values[i] == NULL && member->initial == NULL && member->factory == NULL)
            return false;
    }
    return true;
}

/* Fills in defaults and calls factories, in the order of the fields. The caller then owns all
 * values; on false, with an exception, none. */
static bool complete(const Recipe *recipe, PyObject **values)
{
    for (Py_ssize_t i = 0; i < recipe->width; i++)
        if (values[i] == NULL)
            values[i] = recipe->members[i].initial; /* NULL: the field has a factory */
    for (Py_ssize_t i = 0; i < recipe->width; i++)
        Py_XINCREF(values[i]);
    for (Py_ssize_t i = 0; i < recipe->width; i++) {
        if (values[i] == NULL)
            values[i] = PyObject_CallNoArgs(recipe->members[i].factory);
        if (values[i] == NULL) {
            release_values(values, recipe->width);
            return false;
        }
    }
    return true;
}

static bool convert_all(const Recipe *recipe, PyObject **values)
{
    for (Py_ssize_t i = 0; i < recipe->width; i++) {
        PyObject *checked = checked_value(&recipe->members[i], values[i]);
        if (checked == NULL) {
            release_values(values, recipe->width);
            return false;
        }
        Py_SETREF(values[i], checked);
    }
    return true;
}

/* A record with these values, which are converted. Takes their references. */
static PyObject *record_of(const Recipe *recipe, PyObject **values)
{
    PyObject *made = recipe->sealed->tp_alloc(recipe->sealed, 0);
    if (made == NULL) {
        release_values(values, recipe->width);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < recipe->width; i++)
        *value_at(made, &recipe->members[i]) = values[i];
    if (!recipe->has_post_init)
        return made;
    PyObject *none = PyObject_CallMethodObjArgs(made, rows__post_init_name, NULL);
    if (none == NULL)
        Py_CLEAR(made);
    Py_XDECREF(none);
    return made;
}

/* Calls the class as classes without a call of their own are called. */
static PyObject *call_as_type(PyObject *record, PyObject *const *given, Py_ssize_t count,
                              PyObject *names)
{
    PyObject *result = NULL, *values = PyTuple_New(count), *named = NULL;
    for (Py_ssize_t i = 0; values != NULL && i < count; i++)
        PyTuple_SET_ITEM(values, i, new_reference(given[i]));
    if (values != NULL && names != NULL)
        named = PyDict_New();
    for (Py_ssize_t i = 0; named != NULL && i < PyTuple_GET_SIZE(names); i++)
        if (PyDict_SetItem(named, PyTuple_GET_ITEM(names, i), given[count + i]) < 0)
            Py_CLEAR(named);
    if (values != NULL && (named != NULL || names == NULL))
        result = PyType_Type.tp_call(record, values, named);
    Py_XDECREF(values);
    Py_XDECREF(named);
    return result;
}

static PyObject *call_record(PyObject *self, PyObject *const *given, size_t flags, PyObject *names)
{
    Recipe *recipe = ((RecordClass *)(void *)self)->recipe;
    Py_ssize_t count = PyVectorcall_NARGS(flags);
    PyObject *values[MOST_FIELDS];
    bool is_plain = recipe != NULL && recipe->width <= MOST_FIELDS &&
                    (((PyTypeObject *)(void *)self)->tp_flags & Py_TPFLAGS_IS_ABSTRACT) == 0;
    if (!is_plain || !bind_arguments(recipe, given, count, names, values))
        return call_as_type(self, given, count, names);
    Py_INCREF(recipe);
    bool is_done = complete(recipe, values) && convert_all(recipe, values);
    PyObject *made = is_done ? record_of(recipe, values) : NULL;
    Py_DECREF(recipe);
    return made;
}

/* ---- attribute stores ---- */

static int store_member(PyObject *self, Recipe *recipe, const Member *member, PyObject *value)
{
    PyObject **at = value_at(self, member);
    Py_INCREF(recipe);
    PyObject *checked = checked_value(member, value);
    Py_DECREF(recipe);
    if (checked == NULL)
        return -1;
    Py_XSETREF(*at, checked);
    return 0;
}

/* Deletes an attribute from the record's dictionary, if it has one. Fields cannot be deleted. */
static int delete_attribute(PyObject *self, PyObject *name, bool is_field)
{
    int is_there = 0;
    PyObject *dictionary = is_field ? NULL : PyObject_GetAttrString(self, "__dict__");
    if (dictionary != NULL)
        is_there = PySequence_Contains(dictionary, name);
    else
        PyErr_Clear();
    Py_XDECREF(dictionary);
    if (is_there < 0)
        return -1;
    return is_there ? PyObject_GenericSetAttr(self, name, NULL)
                    : told(PyObject_CallFunctionObjArgs(references.delete_field, name, NULL));
}

static int sealed_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    Recipe *recipe = recipe_of(Py_TYPE(self));
    const Member *member = recipe != NULL ? member_named(recipe, name) : NULL;
    if (value == NULL)
        return delete_attribute(self, name, member != NULL);
    if (member != NULL)
        return store_member(self, recipe, member, value);
    if (is_class_name(name))
        return value == (PyObject *)Py_TYPE(self)
                   ? 0
                   : told(PyObject_CallFunctionObjArgs(references.keep_class, NULL));
    if (PyObject_GenericSetAttr(self, name, value) == 0)
        return 0;
    explain_attribute(self, name);
    return -1;
}

static PyGetSetDef sealed_getset[] = {
    {"__class__", rows__class_of, NULL, "The record's hidden class.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* The first base of sealed classes. Without tp_new, which would hide Record's. */
PyTypeObject rows__Sealed = {
    ROWS_TYPE("Sealed"),
    .tp_doc = "What checks the stores of standalone records.",
    .tp_basicsize = sizeof(PyObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_setattro = sealed_setattro,
    .tp_getset = sealed_getset,
};

/* ---- giving a class its recipe ---- */

static void set_recipe(PyTypeObject *kind, Recipe *recipe)
{
    Py_INCREF(recipe);
    Py_XSETREF(((RecordClass *)(void *)kind)->recipe, recipe);
}

/* Gives the sealed class read-only members named like the fields, so that object.__setattr__ finds
 * these and not the members of the open class, which accept any value. */
static bool fix_members(RecordClass *sealed, PyObject *fields)
{
    Py_ssize_t width = PyTuple_GET_SIZE(fields);
    if (sealed->fixed != NULL)
        return true;
    sealed->fixed = PyMem_Calloc((size_t)width + 1, sizeof *sealed->fixed);
    if (sealed->fixed == NULL) {
        PyErr_NoMemory();
        return false;
    }
    for (Py_ssize_t i = 0; i < width; i++) {
        PyObject *described = PyTuple_GET_ITEM(fields, i);
        PyObject *name = PyTuple_GET_ITEM(described, 0), *slot = PyTuple_GET_ITEM(described, 6);
        PyMemberDef *fixed = &sealed->fixed[i];
        *fixed = *((PyMemberDescrObject *)(void *)slot)->d_member;
        fixed->flags |= READONLY;
        PyObject *member = PyDescr_NewMember(&sealed->heap.ht_type, fixed);
        bool is_set =
            member != NULL && PyType_Type.tp_setattro((PyObject *)sealed, name, member) == 0;
        Py_XDECREF(member);
        if (!is_set)
            return false;
    }
    return true;
}

/* teach(record, sealed, fields, has_post_init) */
PyObject *rows__teach(PyObject *module, PyObject *arguments)
{
    PyTypeObject *record, *sealed;
    PyObject *fields;
    int has_post_init;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O!O!O!p", &rows__RecordTypeBase, &record,
                          &rows__RecordTypeBase, &sealed, &PyTuple_Type, &fields, &has_post_init))
        return NULL;
    Recipe *recipe = PyObject_GC_New(Recipe, &rows__Recipe);
    if (recipe == NULL)
        return NULL;
    memset((char *)recipe + sizeof(PyObject), 0, sizeof *recipe - sizeof(PyObject));
    recipe->record = (PyTypeObject *)(void *)new_reference((PyObject *)record);
    recipe->sealed = (PyTypeObject *)(void *)new_reference((PyObject *)sealed);
    recipe->has_post_init = has_post_init != 0;
    if (!take_members(recipe, fields) || !fix_members((RecordClass *)(void *)sealed, fields)) {
        PyObject_GC_Track(recipe);
        Py_DECREF(recipe);
        return NULL;
    }
    PyObject_GC_Track(recipe);
    set_recipe(record, recipe);
    set_recipe(sealed, recipe);
    /* A user's metaclass may have a __call__, which must be used. */
    PyTypeObject *metaclass = Py_TYPE(record);
    if (metaclass->tp_base == &rows__RecordTypeBase) {
        record->tp_vectorcall = sealed->tp_vectorcall = call_record;
        metaclass->tp_vectorcall_offset = offsetof(PyTypeObject, tp_vectorcall);
        metaclass->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL;
    }
    Py_DECREF(recipe);
    Py_RETURN_NONE;
}

/* ---- the base of RecordType ---- */

static int record_class_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((RecordClass *)(void *)self)->recipe);
    return PyType_Type.tp_traverse(self, visit, arg);
}

static int record_class_clear(PyObject *self)
{
    Py_CLEAR(((RecordClass *)(void *)self)->recipe);
    return PyType_Type.tp_clear(self);
}

static void record_class_dealloc(PyObject *self)
{
    Py_CLEAR(((RecordClass *)(void *)self)->recipe);
    PyMem_Free(((RecordClass *)(void *)self)->fixed); /* descriptors keep their class alive */
    PyType_Type.tp_dealloc(self);
}

PyTypeObject rows__RecordTypeBase = {
    ROWS_TYPE("RecordTypeBase"),
    .tp_doc = "The base of RecordType: classes that may have a recipe.",
    .tp_flags =
        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_TYPE_SUBCLASS,
    .tp_traverse = record_class_traverse,
    .tp_clear = record_class_clear,
    .tp_dealloc = record_class_dealloc,
};
