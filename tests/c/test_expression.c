/* test_expression.c: expressions built by calls: what is refused, who keeps what alive; each prints
 * as a text that parses to the same tree. */
#include <math.h>
#include <stdlib.h>

#include "../support/testing.h"
#include "../support/trees.h"
#include "expr/parser/expression.h"

static stoa_expression *field(const char *name)
{
    stoa_expression *made = NULL;
    PASSES(stoa_expression_field(&made, name, &trouble));
    return made;
}

static stoa_expression *constant(stoa_value value)
{
    stoa_expression *made = NULL;
    PASSES(stoa_expression_constant(&made, value, &trouble));
    return made;
}

/* Takes over the references to its arguments. */
static stoa_expression *call(stoa_operation operation, stoa_expression *a, stoa_expression *b)
{
    stoa_expression *made = NULL, *arguments[] = {a, b};
    PASSES(stoa_expression_call(&made, operation, arguments, b != NULL ? 2 : 1, &trouble));
    stoa_expression_free(a);
    stoa_expression_free(b);
    return made;
}

static void prints(stoa_expression *expression, const char *text)
{
    char printed[2048];
    ck_assert_uint_eq(stoa_expression_print(expression, printed, sizeof printed), strlen(text));
    ck_assert_str_eq(printed, text);
    stoa_expression_free(expression);
}

/* ---- operations ---- */

TEST(operations_are_found_by_their_names)
{
    for (int i = 1; i < STOA__OPERATIONS_END; i++) {
        const stoa__operation_facts *facts = &stoa__operations[i];
        ck_assert_str_eq(stoa_operation_text((stoa_operation)i), facts->text);
        for (size_t count = facts->least; count <= facts->most; count++)
            ck_assert_int_eq(stoa_operation_named(facts->text, count), i);
    }
    ck_assert_int_eq(stoa_operation_named("-", 1), STOA_NEGATE);
    ck_assert_int_eq(stoa_operation_named("-", 2), STOA_SUBTRACT);
    ck_assert_int_eq(stoa_operation_named("max", 1), STOA_MAX);
    ck_assert_int_eq(stoa_operation_named("max", 3), STOA_MAXIMUM);
    ck_assert_int_eq(stoa_operation_named("sqrt", 7), STOA_SQRT); /* the only one */
}

TEST(what_is_no_operation_has_no_name)
{
    static const char *const none[] = {"", "min ", "Sum", "<>", "x", "is", "su", "sums"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        ck_assert_int_eq(stoa_operation_named(none[i], 1), STOA_NO_OPERATION);
    ck_assert_int_eq(stoa_operation_named(NULL, 1), STOA_NO_OPERATION);
    ck_assert_int_eq(stoa_operation_named("min", 0), STOA_NO_OPERATION);
    ck_assert_ptr_null(stoa_operation_text(STOA_NO_OPERATION));
    ck_assert_ptr_null(stoa_operation_text((stoa_operation)STOA__OPERATIONS_END));
    ck_assert_ptr_null(stoa_operation_text((stoa_operation)-1));
}

/* ---- building ---- */

TEST(trees_are_built_call_by_call)
{
    stoa_expression *x = field("x"), *list = NULL, *p = NULL, *row = NULL;
    WORKS(NULL, stoa_expression_parameter(&p, "p", &trouble));
    WORKS(NULL, stoa_expression_call(&row, STOA_ROW, NULL, 0, &trouble));
    stoa_expression *sum = call(STOA_SUM, call(STOA_MULTIPLY, stoa_expression_retain(x), p), NULL);
    stoa_expression *outputs[] = {sum, row, x};
    WORKS(NULL, stoa_expression_list(&list, outputs, 3, &trouble));
    ck_assert_str_eq(tree_shape(list), "[(SUM (MULTIPLY x $p)) (ROW) x]");
    ck_assert_uint_eq(stoa_expression_output_count(list), 3);
    ck_assert_uint_eq(stoa_expression_output_count(sum), 1);
    stoa_expression_free(sum);
    stoa_expression_free(row);
    stoa_expression_free(x);
    prints(list, "sum(x * $p), row(), x");
    ck_assert_uint_eq(stoa_expression_output_count(NULL), 0);
}

TEST(calls_with_wrong_arguments_are_refused)
{
    stoa_expression *made = NULL, *x = field("x"), *list = NULL, *three[] = {x, x, x};
    stoa_expression *hole[] = {x, NULL}, *nested[2] = {x, NULL}, *ddof[2] = {x, NULL};
    WORKS(NULL, stoa_expression_list(&list, three, 2, &trouble));
    nested[1] = list;
    REFUSED(NULL, STOA_INVALID, stoa_expression_call(&made, STOA_ADD, three, 3, &trouble));
    SAYS("takes 2 arguments, not 3");
    REFUSED(NULL, STOA_INVALID, stoa_expression_call(&made, STOA_MINIMUM, three, 1, &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_call(&made, STOA_ROW, three, 1, &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_call(&made, STOA_ADD, hole, 2, &trouble));
    SAYS("stoa_expression_call: arguments[1] is NULL");
    REFUSED(NULL, STOA_INVALID, stoa_expression_call(&made, STOA_ADD, NULL, 2, &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_call(&made, STOA_ADD, nested, 2, &trouble));
    SAYS("list");
    REFUSED(NULL, STOA_INVALID, stoa_expression_call(&made, STOA_NO_OPERATION, three, 1, &trouble));
    REFUSED(NULL, STOA_INVALID,
            stoa_expression_call(&made, (stoa_operation)STOA__OPERATIONS_END, three, 1, &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_call(NULL, STOA_ADD, three, 2, &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_list(&made, nested, 2, &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_list(&made, hole, 2, &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_list(&made, three, 0, &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_list(NULL, three, 1, &trouble));
    ddof[1] = x;
    REFUSED(NULL, STOA_INVALID, stoa_expression_call(&made, STOA_VAR, ddof, 2, &trouble));
    SAYS("ddof");
    ddof[1] = constant(stoa_int64_value(-1));
    REFUSED(NULL, STOA_INVALID, stoa_expression_call(&made, STOA_STD, ddof, 2, &trouble));
    ck_assert_ptr_null(made);
    stoa_expression_free(ddof[1]);
    stoa_expression_free(list);
    stoa_expression_free(x);
}

TEST(names_are_checked)
{
    char name[300] = "";
    stoa_expression *made = NULL;
    memset(name, 'n', 255);
    WORKS(NULL, stoa_expression_field(&made, name, &trouble));
    stoa_expression_free(made);
    made = NULL;
    name[255] = 'n';
    REFUSED(NULL, STOA_BAD_NAME, stoa_expression_field(&made, name, &trouble));
    REFUSED(NULL, STOA_BAD_NAME, stoa_expression_parameter(&made, name, &trouble));
    SAYS("255");
    REFUSED(NULL, STOA_BAD_NAME, stoa_expression_field(&made, "", &trouble));
    REFUSED(NULL, STOA_BAD_NAME, stoa_expression_parameter(&made, "", &trouble));
    REFUSED(NULL, STOA_BAD_NAME, stoa_expression_field(&made, "a\xff", &trouble));
    SAYS("UTF-8");
    REFUSED(NULL, STOA_INVALID, stoa_expression_field(&made, NULL, &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_parameter(&made, NULL, &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_field(NULL, "x", &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_parameter(NULL, "x", &trouble));
    ck_assert_ptr_null(made);
}

TEST(constants_are_of_few_types)
{
    stoa_expression *made = NULL;
    static const stoa_type none[] = {STOA_NO_TYPE, STOA_INT8,    STOA_INT16,  STOA_INT32,
                                     STOA_UINT8,   STOA_UINT16,  STOA_UINT32, STOA_FLOAT32,
                                     STOA_OBJECT,  (stoa_type)99};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        REFUSED(NULL, STOA_WRONG_TYPE,
                stoa_expression_constant(&made, (stoa_value){.type = none[i]}, &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_constant(NULL, stoa_int64_value(1), &trouble));
    ck_assert_ptr_null(made);
    WORKS(NULL, stoa_expression_constant(&made, stoa_uint64_value(7), &trouble));
    ck_assert_int_eq(made->value.type, STOA_INT64);
    prints(made, "7");
    prints(constant(stoa_uint64_value(UINT64_MAX)), "18446744073709551615");
    prints(constant(stoa_int64_value(INT64_MIN)), "-9223372036854775808");
    prints(constant(stoa_boolean_value(true)), "True");
    prints(constant(stoa_boolean_value(false)), "False");
}

TEST(arrays_say_where_their_values_lie)
{
    static const int32_t values[6] = {1, 2, 3, 4, 5, 6};
    stoa_expression *made = NULL;
    stoa_source source = {.name = "my array", .type = STOA_INT32, .data = values};
    WORKS(NULL, stoa_expression_array(&made, &source, 6, &trouble));
    ck_assert_ptr_eq(made->array.data, values);
    ck_assert_int_eq(made->array.stride, 4);
    ck_assert_int_eq(made->array.type, STOA_INT32);
    ck_assert_uint_eq(made->array.length, 6);
    prints(made, "`my array`");
    source = (stoa_source){.type = STOA_INT32, .data = values + 5, .stride = -8};
    WORKS(NULL, stoa_expression_array(&made, &source, 3, &trouble));
    ck_assert_int_eq(made->array.stride, -8);
    prints(made, "array");
    source = (stoa_source){.type = STOA_INT32, .data = values, .repeat = true, .stride = 4};
    WORKS(NULL, stoa_expression_array(&made, &source, 9, &trouble));
    ck_assert_int_eq(made->array.stride, 0);
    prints(call(STOA_NEGATE, made, NULL), "-array");
    source = (stoa_source){.type = STOA_BOOL};
    WORKS(NULL, stoa_expression_array(&made, &source, 0, &trouble));
    stoa_expression_free(made);
}

TEST(arrays_that_cannot_be_are_refused)
{
    stoa_expression *made = NULL;
    stoa_source source = {.type = STOA_INT32};
    REFUSED(NULL, STOA_INVALID, stoa_expression_array(&made, &source, 1, &trouble));
    source = (stoa_source){.type = STOA_OBJECT, .data = &source};
    REFUSED(NULL, STOA_WRONG_TYPE, stoa_expression_array(&made, &source, 1, &trouble));
    source.type = (stoa_type)77;
    REFUSED(NULL, STOA_WRONG_TYPE, stoa_expression_array(&made, &source, 1, &trouble));
    source = (stoa_source){.type = STOA_INT8, .data = &source, .name = ""};
    REFUSED(NULL, STOA_BAD_NAME, stoa_expression_array(&made, &source, 1, &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_array(&made, NULL, 1, &trouble));
    REFUSED(NULL, STOA_INVALID, stoa_expression_array(NULL, &source, 1, &trouble));
    ck_assert_ptr_null(made);
}

/* ---- ownership: mistakes are found by the address sanitizer and valgrind ---- */

TEST(an_argument_lives_as_long_as_what_uses_it)
{
    stoa_expression *x = field("x"), *both[] = {x, x}, *made = NULL;
    WORKS(NULL, stoa_expression_call(&made, STOA_MULTIPLY, both, 2, &trouble));
    stoa_expression_free(x);
    stoa_expression *kept = stoa_expression_retain(made);
    stoa_expression_free(made);
    prints(stoa_expression_retain(kept), "x * x");
    prints(kept, "x * x");
    stoa_expression_free(NULL);
    ck_assert_ptr_null(stoa_expression_retain(NULL));
}

TEST(a_part_of_a_parsed_tree_keeps_the_text)
{
    stoa_expression *whole = parsed("sum(x * 2), y + $p");
    stoa_expression *sum = stoa_expression_retain(whole->arguments[0]);
    stoa_expression *y = stoa_expression_retain(whole->arguments[1]->arguments[0]);
    stoa_expression_free(whole);
    stoa_expression *made = call(STOA_ADD, call(STOA_NEGATE, sum, NULL), y);
    prints(call(STOA_LESS, made, parsed("a ** b")), "-sum(x * 2) + y < a ** b");
}

/* A deep tree. right: x + (x + (…)); else ((…) + x) + x. */
static stoa_expression *deep(size_t levels, bool right)
{
    stoa_expression *made = field("x"), *pair[2];
    for (size_t i = 0; i < levels; i++) {
        stoa_expression *x = i % 100 == 0 ? parsed("x") : field("x"), *next = NULL;
        pair[right] = made;
        pair[!right] = x;
        ck_assert_int_eq(stoa_expression_call(&next, STOA_ADD, pair, 2, &trouble), STOA_OK);
        stoa_expression_free(x);
        stoa_expression_free(made);
        made = next;
    }
    return made;
}

TEST(a_tree_of_any_depth_is_printed_and_freed)
{
    size_t levels = scaled(1000000, 5000);
    char text[64];
    stoa_expression *made = deep(levels, false);
    size_t length = stoa_expression_print(made, text, sizeof text);
    ck_assert(levels > 1 << 18 ? length > 1 << 20 : length == 4 * levels + 1);
    ck_assert_int_eq(strncmp(text, "x + x + x + ", 12), 0);
    ck_assert_uint_eq(strlen(text), sizeof text - 1);
    stoa_expression_free(made);
    made = deep(levels, true);
    stoa_expression_print(made, text, sizeof text);
    ck_assert_int_eq(strncmp(text, "x + (x + (x + ", 14), 0);
    stoa_expression_free(made);
}

TEST(a_tree_that_stands_for_a_huge_text_is_cut)
{
    stoa_expression *made = field("x");
    char text[20];
    for (size_t i = 0; i < 200; i++)
        made = call(STOA_ADD, stoa_expression_retain(made), made);
    size_t length = stoa_expression_print(made, text, sizeof text);
    ck_assert_uint_ge(length, 1 << 20);
    ck_assert_uint_le(length, (1 << 20) + 1000);
    ck_assert_str_eq(text, "x + x + (x + x) + (");
    ck_assert_int_eq(stoa__expression_fail(&trouble, STOA_WRONG_TYPE, made, "no"), STOA_WRONG_TYPE);
    ck_assert_uint_eq(strlen(trouble.message), STOA_MESSAGE_SIZE - 1);
    stoa_expression_free(made);
}

TEST(where_memory_is_refused_a_deep_tree_is_printed_as_far_as_it_goes)
{
    stoa_expression *made = deep(10000, true);
    char text[200];
    for (size_t request = 0; request < 6; request++) {
        faults_arm(FAULT_ANY, request, SIZE_MAX);
        size_t length = stoa_expression_print(made, text, sizeof text);
        faults_disarm();
        ck_assert_uint_lt(length, 60000);
        ck_assert_uint_eq(strlen(text), sizeof text - 1);
        ck_assert_int_eq(strncmp(text, "x + (x + (x + ", 14), 0);
    }
    stoa_expression_free(made);
}

int main(void)
{
    return RUN("expression", operations_are_found_by_their_names, what_is_no_operation_has_no_name,
               trees_are_built_call_by_call, calls_with_wrong_arguments_are_refused,
               names_are_checked, constants_are_of_few_types, arrays_say_where_their_values_lie,
               arrays_that_cannot_be_are_refused, an_argument_lives_as_long_as_what_uses_it,
               a_part_of_a_parsed_tree_keeps_the_text, a_tree_of_any_depth_is_printed_and_freed,
               a_tree_that_stands_for_a_huge_text_is_cut,
               where_memory_is_refused_a_deep_tree_is_printed_as_far_as_it_goes);
}
