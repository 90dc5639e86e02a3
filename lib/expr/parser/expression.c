/* expression.c: nodes, what keeps them alive, and the calls that build them one by one.
 *
 * A parsed tree is carved out of its text's memory, chunk after chunk, and freed as a whole when
 * the last reference into it goes. Built nodes hold a reference to each argument; when the last
 * reference to one goes it joins a list of the dead, from which nodes are taken, let go of their
 * arguments, and freed, until it is empty: no recursion. Invariant: nodes are complete, and never
 * change, once a caller has seen them. */
#include "expr/parser/expression.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "store/source.h"

const stoa__operation_facts stoa__operations[STOA__OPERATIONS_END] = {
#define FACTS(NAME, text, least, most, kind) [STOA_##NAME] = {text, least, STOA__##kind, most},
    STOA_OPERATIONS(FACTS)
#undef FACTS
};

stoa_operation stoa_operation_named(const char *name, size_t arguments)
{
    stoa_operation found = STOA_NO_OPERATION;
    size_t same = 0;
    for (unsigned i = STOA_NO_OPERATION + 1; name != NULL && i < STOA__OPERATIONS_END; i++) {
        const stoa__operation_facts *facts = &stoa__operations[i];
        if (facts->text[0] != name[0] || strcmp(facts->text, name) != 0)
            continue;
        if (arguments >= facts->least && arguments <= facts->most)
            return (stoa_operation)i;
        found = (stoa_operation)i;
        same++;
    }
    return same == 1 ? found : STOA_NO_OPERATION;
}

static bool is_operation(stoa_operation operation)
{
    return (unsigned)operation > STOA_NO_OPERATION && (unsigned)operation < STOA__OPERATIONS_END;
}

const char *stoa_operation_text(stoa_operation operation)
{
    return is_operation(operation) ? stoa__operations[operation].text : NULL;
}

/* ---- the memory of a parsed tree ---- */

typedef struct stoa__chunk {
    struct stoa__chunk *next;
    size_t bytes;
} stoa__chunk;

enum { FIRST_LEAST = 512, FIRST_MOST = 16 << 10, CHUNK_MOST = 1 << 20, PER_BYTE = 48 };

/* Room for as many nodes as a text of that length is likely to have comes with it. */
stoa__text *stoa__text_new(const char *bytes, size_t length)
{
    size_t room = length < FIRST_MOST / PER_BYTE ? FIRST_LEAST + length * PER_BYTE : FIRST_MOST;
    size_t head = stoa__round_up(sizeof(stoa__text) + length + 1, _Alignof(stoa_expression));
    stoa__text *text = stoa__allocate(head + room);
    if (text == NULL)
        return NULL;
    *text = (stoa__text){.references = 1, .length = length};
    memcpy(text->bytes, bytes, length);
    text->bytes[length] = '\0';
    text->unused = (char *)text + head;
    text->end = text->unused + room;
    return text;
}

void stoa__text_release(stoa__text *text)
{
    if (--text->references > 0)
        return;
    for (stoa__chunk *chunk = text->more, *next; chunk != NULL; chunk = next) {
        next = chunk->next;
        stoa__release(chunk);
    }
    stoa__release(text);
}

static bool more_room(stoa__text *text, size_t bytes)
{
    size_t size = text->more != NULL ? text->more->bytes * 2 : FIRST_MOST;
    if (size > CHUNK_MOST)
        size = CHUNK_MOST;
    if (size < bytes + sizeof(stoa__chunk))
        size = bytes + sizeof(stoa__chunk);
    stoa__chunk *chunk = stoa__allocate(size);
    if (chunk == NULL)
        return false;
    *chunk = (stoa__chunk){text->more, size};
    text->more = chunk;
    text->unused = (char *)(chunk + 1);
    text->end = (char *)chunk + size;
    return true;
}

static void *carve(stoa__text *text, size_t bytes)
{
    bytes = stoa__round_up(bytes, _Alignof(stoa_expression));
    if (bytes > (size_t)(text->end - text->unused) && !more_room(text, bytes))
        return NULL;
    void *carved = text->unused;
    text->unused += bytes;
    return carved;
}

/* ---- nodes ---- */

static stoa_expression *make(stoa__text *text, stoa__node_kind kind, size_t place, size_t tail)
{
    size_t bytes = sizeof(stoa_expression) + tail;
    stoa_expression *node = text != NULL ? carve(text, bytes) : stoa__allocate(bytes);
    if (node != NULL) {
        memset(node, 0, sizeof *node);
        node->references = 1;
        node->kind = (uint8_t)kind;
        node->place = (uint32_t)place;
        node->text = text;
    }
    return node;
}

stoa_expression *stoa__node_new(stoa__text *text, stoa__node_kind kind, size_t place, size_t count)
{
    stoa_expression *node = make(text, kind, place, count * sizeof(stoa_expression *));
    if (node != NULL)
        node->count = (uint32_t)count;
    return node;
}

stoa_expression *stoa__node_named(stoa__text *text, stoa__node_kind kind, size_t place,
                                  const char *name, size_t length)
{
    stoa_expression *node = make(text, kind, place, length + 1);
    if (node == NULL)
        return NULL;
    node->name = (char *)node->arguments;
    memcpy(node->name, name, length);
    node->name[length] = '\0';
    return node;
}

stoa_expression *stoa__node_path(stoa__text *text, size_t place, stoa_expression *reference,
                                 const char *name, size_t length)
{
    stoa_expression *node =
        make(text, STOA__PATH_NODE, place, sizeof(stoa_expression *) + length + 1);
    if (node == NULL)
        return NULL;
    node->count = 1;
    node->arguments[0] = reference;
    node->name = (char *)&node->arguments[1];
    memcpy(node->name, name, length);
    node->name[length] = '\0';
    return node;
}

stoa_expression *stoa__node_string(stoa__text *text, size_t place, size_t length)
{
    stoa_expression *node = make(text, STOA__CONSTANT_NODE, place, length + 1);
    if (node == NULL)
        return NULL;
    char *bytes = (char *)node->arguments;
    bytes[length] = '\0';
    node->value = stoa_string_value((stoa_string){bytes, length});
    return node;
}

stoa_expression *stoa__node_constant(stoa__text *text, size_t place, stoa_value value)
{
    stoa_expression *node;
    if (stoa__is_null(&value))
        value = stoa_null_value(); /* of whatever type it was */
    if (value.type == STOA_STRING) {
        node = stoa__node_string(text, place, value.string.length);
        if (node != NULL && value.string.length > 0)
            memcpy(node->arguments, value.string.bytes, value.string.length);
        return node;
    }
    node = stoa__node_new(text, STOA__CONSTANT_NODE, place, 0);
    if (node != NULL)
        node->value = value.type == STOA_UINT64 ? stoa__unsigned_value(value.uint64) : value;
    return node;
}

stoa_expression *stoa_expression_retain(stoa_expression *expression)
{
    if (expression != NULL && expression->text != NULL)
        expression->text->references++;
    else if (expression != NULL)
        expression->references++;
    return expression;
}

/* One reference goes; a built node that had no other comes before the dead. */
static stoa_expression *drop_reference(stoa_expression *node, stoa_expression *dead)
{
    if (node->text != NULL) {
        stoa__text_release(node->text);
        return dead;
    }
    if (--node->references > 0)
        return dead;
    node->next_dead = dead;
    return node;
}

void stoa_expression_free(stoa_expression *expression)
{
    stoa_expression *dead = expression != NULL ? drop_reference(expression, NULL) : NULL;
    while (dead != NULL) {
        stoa_expression *node = dead;
        dead = node->next_dead;
        for (uint32_t i = 0; i < node->count; i++)
            dead = drop_reference(node->arguments[i], dead);
        stoa__release(node);
    }
}

size_t stoa_expression_output_count(const stoa_expression *expression)
{
    if (expression == NULL)
        return 0;
    return expression->kind == STOA__LIST_NODE ? expression->count : 1;
}

/* ---- building ---- */

static stoa_status made_or_refused(stoa_expression **made, stoa_expression *node, stoa_error *error)
{
    if (node == NULL)
        return stoa__fail_memory(error, sizeof *node);
    *made = node;
    return STOA_OK;
}

static stoa_status check_name(const char *name, const char *what, stoa_error *error)
{
    size_t length = 0;
    while (length <= STOA_MAX_NAME && name[length] != '\0')
        length++;
    if (length == 0)
        return stoa__fail(error, STOA_BAD_NAME, "%s needs a name", what);
    if (length > STOA_MAX_NAME)
        return stoa__fail(error, STOA_BAD_NAME,
                          "the name of %s has at most %d bytes; this one begins with '%.40s'", what,
                          STOA_MAX_NAME, name);
    if (stoa__utf8_valid((const unsigned char *)name, length) < length)
        return stoa__fail(error, STOA_BAD_NAME, "the name of %s is not valid UTF-8", what);
    return STOA_OK;
}

static stoa_status build_named(stoa_expression **made, stoa__node_kind kind, const char *name,
                               const char *what, stoa_error *error)
{
    stoa_status status = check_name(name, what, error);
    if (status != STOA_OK)
        return status;
    return made_or_refused(made, stoa__node_named(NULL, kind, STOA__NO_PLACE, name, strlen(name)),
                           error);
}

stoa_status stoa_expression_field(stoa_expression **made, const char *name, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, made);
    STOA__REQUIRE_ARGUMENT(error, name);
    return build_named(made, STOA__FIELD_NODE, name, "a field", error);
}

stoa_status stoa_expression_parameter(stoa_expression **made, const char *name, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, made);
    STOA__REQUIRE_ARGUMENT(error, name);
    return build_named(made, STOA__PARAMETER_NODE, name, "a parameter", error);
}

stoa_value stoa__unsigned_value(uint64_t value)
{
    return value <= INT64_MAX ? stoa_int64_value((int64_t)value) : stoa_uint64_value(value);
}

static stoa_status check_string(stoa_string string, const char *what, stoa_error *error)
{
    if (string.bytes == NULL && string.length > 0)
        return stoa__fail(error, STOA_INVALID, "%s is a string of %zu bytes at NULL", what,
                          string.length);
    if (string.length >= UINT32_MAX)
        return stoa__fail(error, STOA_INVALID, "%s cannot be a string of %zu bytes", what,
                          string.length);
    if (stoa__utf8_valid((const unsigned char *)string.bytes, string.length) < string.length)
        return stoa__fail(error, STOA_INVALID, "%s is a string that is not UTF-8", what);
    return STOA_OK;
}

stoa_status stoa__check_operand(const stoa_value *value, const char *what, stoa_error *error)
{
    if (stoa__byte_of(&value->is_null) == 1)
        return STOA_OK;
    if (value->type == STOA_STRING && !stoa__is_null(value))
        return check_string(value->string, what, error);
    if (stoa__is_operand(value))
        return STOA_OK;
    return stoa__fail(error, STOA_WRONG_TYPE,
                      "%s is a bool, an int64, a uint64, a float64, a time or a string, not of "
                      "type %d",
                      what, (int)value->type);
}

stoa_status stoa_expression_constant(stoa_expression **made, stoa_value value, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, made);
    stoa_status status = stoa__check_operand(&value, "a constant", error);
    if (status != STOA_OK)
        return status;
    return made_or_refused(made, stoa__node_constant(NULL, STOA__NO_PLACE, value), error);
}

stoa_status stoa_expression_array(stoa_expression **made, const stoa_source *source, size_t count,
                                  stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, made);
    STOA__REQUIRE_ARGUMENT(error, source);
    if (!stoa__type_exists(source->type) || source->type == STOA_OBJECT ||
        source->type == STOA_REFERENCE)
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "an array of type %d cannot be part of an expression", (int)source->type);
    if (source->type == STOA_STRING && source->strings == NULL)
        return stoa__fail(error, STOA_WRONG_TYPE,
                          "an array of strings cannot be part of an expression: give their handles "
                          "(stoa_string_pool_intern) and the table's pool in stoa_source.strings");
    stoa_status status = stoa__source_check_array(source, count, error);
    if (status == STOA_OK && source->name != NULL)
        status = check_name(source->name, "an array", error);
    if (status != STOA_OK)
        return status;
    stoa_expression *node = source->name == NULL
                                ? stoa__node_new(NULL, STOA__ARRAY_NODE, STOA__NO_PLACE, 0)
                                : stoa__node_named(NULL, STOA__ARRAY_NODE, STOA__NO_PLACE,
                                                   source->name, strlen(source->name));
    if (node != NULL) {
        node->array.data = source->data;
        node->array.stride = stoa__source_stride(source);
        node->array.type = source->type;
        node->array.unit = source->unit;
        node->array.is_zoned = source->is_zoned;
        node->array.length = count;
        node->array.validity = source->validity;
        node->array.strings = source->strings;
    }
    return made_or_refused(made, node, error);
}

static bool is_ddof(const stoa_expression *node)
{
    return node->kind == STOA__CONSTANT_NODE &&
           (node->value.type == STOA_UINT64 ||
            (node->value.type == STOA_INT64 && node->value.int64 >= 0));
}

bool stoa__arguments_fit(stoa_operation operation, stoa_expression *const *arguments, size_t count,
                         char *message, size_t size)
{
    const stoa__operation_facts *facts = &stoa__operations[operation];
    if (count >= facts->least && count <= facts->most) {
        if ((operation != STOA_VAR && operation != STOA_STD) || count < 2 || is_ddof(arguments[1]))
            return true;
        snprintf(message, size, "the ddof of %s is an integer literal, 0 or more", facts->text);
        return false;
    }
    char takes[32];
    if (facts->least == facts->most)
        snprintf(takes, sizeof takes, "%d", facts->least);
    else
        snprintf(takes, sizeof takes, "%d to %d", facts->least, facts->most);
    snprintf(message, size, "%s takes %s argument%s, not %zu", facts->text,
             facts->most == 0 ? "no" : takes, facts->least == 1 && facts->most == 1 ? "" : "s",
             count);
    return false;
}

/* A node over arguments that are no lists, with a reference to each. */
static stoa_status build_over(stoa_expression **made, stoa__node_kind kind,
                              stoa_operation operation, stoa_expression *const *arguments,
                              size_t count, stoa_error *error)
{
    stoa_expression *node = stoa__node_new(NULL, kind, STOA__NO_PLACE, count);
    if (node == NULL)
        return stoa__fail_memory(error, sizeof *node + count * sizeof(stoa_expression *));
    node->operation = (uint8_t)operation;
    for (size_t i = 0; i < count; i++)
        node->arguments[i] = stoa_expression_retain(arguments[i]);
    *made = node;
    return STOA_OK;
}

static stoa_status check_arguments(stoa_expression *const *arguments, size_t count,
                                   const char *where, stoa_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (arguments[i]->kind == STOA__LIST_NODE)
            return stoa__fail(error, STOA_INVALID,
                              "argument %zu of %s is a list; a list stands only at the top", i,
                              where);
    return STOA_OK;
}

stoa_status stoa_expression_call(stoa_expression **made, stoa_operation operation,
                                 stoa_expression *const *arguments, size_t count, stoa_error *error)
{
    char message[STOA_MESSAGE_SIZE];
    STOA__REQUIRE_ARGUMENT(error, made);
    if (!is_operation(operation))
        return stoa__fail(error, STOA_INVALID, "there is no operation %d", (int)operation);
    if (count <= stoa__operations[operation].most)
        STOA__REQUIRE_EACH(error, arguments, count, );
    if (!stoa__arguments_fit(operation, arguments, count, message, sizeof message))
        return stoa__fail(error, STOA_INVALID, "%s", message);
    stoa_status status = check_arguments(arguments, count, stoa__operations[operation].text, error);
    if (status != STOA_OK)
        return status;
    return build_over(made, STOA__CALL_NODE, operation, arguments, count, error);
}

stoa_status stoa_expression_path(stoa_expression **made, stoa_expression *reference,
                                 const char *name, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, made);
    STOA__REQUIRE_ARGUMENT(error, reference);
    STOA__REQUIRE_ARGUMENT(error, name);
    stoa_status status = check_name(name, "a field", error);
    if (status == STOA_OK)
        status = check_arguments(&reference, 1, "a path", error);
    if (status != STOA_OK)
        return status;
    stoa_expression *node = stoa__node_path(NULL, STOA__NO_PLACE, reference, name, strlen(name));
    if (node != NULL)
        stoa_expression_retain(reference);
    return made_or_refused(made, node, error);
}

stoa_status stoa_expression_list(stoa_expression **made, stoa_expression *const *outputs,
                                 size_t count, stoa_error *error)
{
    STOA__REQUIRE_ARGUMENT(error, made);
    STOA__REQUIRE_EACH(error, outputs, count, );
    if (count == 0 || count >= UINT32_MAX)
        return stoa__fail(error, STOA_INVALID, "a list cannot have %zu outputs", count);
    stoa_status status = check_arguments(outputs, count, "a list", error);
    if (status != STOA_OK)
        return status;
    return build_over(made, STOA__LIST_NODE, STOA_NO_OPERATION, outputs, count, error);
}
