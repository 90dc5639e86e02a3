/* attempts_expression.c: tries of the functions for expressions. */
#include "attempts.h"

/* ---- expressions ---- */

ATTEMPTS(stoa_expression_parse)
{
    EACH_TRY
    {
        stoa_expression *made;
        if (JUDGE(stoa_expression_parse(PLACE("made", &made), TEXT("text", "int32 + 1"), ERROR)))
            stoa_expression_free(made);
    }
}

ATTEMPTS(stoa_expression_parse_with)
{
    static const odd counts[] = {{0, true}, {1, true}, {MOST / 8, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        stoa_expression *made;
        stoa_parameter parameters[] = {
            {.name = "p", .value = stoa_int64_value(1)},
            {.name = NEEDED("parameters[1].name", "q"),
             .value = attempt_operand(a, "parameters[1].value", stoa_int64_value(2)),
             .reserved = {NUMBER("reserved[0]", 0, not_zero), NUMBER("reserved[1]", 0, not_zero)}}};
        bool works = JUDGE(stoa_expression_parse_with(
            PLACE("made", &made), TEXT("text", "int32 + $p"), NEEDED("parameters", parameters),
            NUMBER("count", 2, counts), ERROR));
        if (works)
            stoa_expression_free(made);
        else
            ck_assert(!parameters[0].is_used && !parameters[1].is_used);
    }
}

ATTEMPTS(stoa_expression_field)
{
    EACH_TRY
    {
        stoa_expression *made;
        if (JUDGE(stoa_expression_field(PLACE("made", &made), TEXT("name", "int32"), ERROR)))
            stoa_expression_free(made);
    }
}

ATTEMPTS(stoa_expression_constant)
{
    EACH_TRY
    {
        stoa_expression *made;
        if (JUDGE(stoa_expression_constant(
                PLACE("made", &made), attempt_operand(a, "value", stoa_int64_value(5)), ERROR)))
            stoa_expression_free(made);
    }
}

ATTEMPTS(stoa_expression_parameter)
{
    EACH_TRY
    {
        stoa_expression *made;
        if (JUDGE(stoa_expression_parameter(PLACE("made", &made), TEXT("name", "p"), ERROR)))
            stoa_expression_free(made);
    }
}

ATTEMPTS(stoa_expression_array)
{
    static const odd counts[] = {
        {0, true}, {1, true}, {MOST / 4 + 1, false}, {MOST, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        static const int32_t data[] = {1, 2, 3, 4};
        stoa_expression *made;
        stoa_source source = tried_source(a, data);
        source.name = OPTIONAL_TEXT("source.name", "given");
        if (JUDGE(stoa_expression_array(PLACE("made", &made), NEEDED("source", &source),
                                        NUMBER("count", 4, counts), ERROR)))
            stoa_expression_free(made);
    }
}

ATTEMPTS(stoa_expression_call)
{
    static const odd none[] = {
        {STOA_NO_OPERATION, false}, {STOA_NOT, false},  {STOA_CUMPROD + 1, false}, {255, false},
        {256 + STOA_ADD, false},    {INT32_MAX, false}, {UINT32_MAX, false}};
    EACH_TRY
    {
        stoa_expression *made, *x = attempt_expression(a, "int32"),
                               *list = attempt_expression(a, "int32, int8");
        static const odd is_list[] = {{1, false}};
        bool listed = NUMBER("arguments[0] is a list", 0, is_list) != 0;
        stoa_expression *const arguments[] = {listed ? list : x, NEEDED("arguments[1]", x)};
        if (JUDGE(stoa_expression_call(
                PLACE("made", &made), (stoa_operation)NUMBER("operation", STOA_ADD, none),
                NEEDED("arguments", arguments), NUMBER("count", 2, not_two), ERROR)))
            stoa_expression_free(made);
    }
}

ATTEMPTS(stoa_expression_path)
{
    EACH_TRY
    {
        stoa_expression *made, *x = attempt_expression(a, "int32"),
                               *list = attempt_expression(a, "int32, int8");
        static const odd is_list[] = {{1, false}};
        bool listed = NUMBER("reference is a list", 0, is_list) != 0;
        if (JUDGE(stoa_expression_path(PLACE("made", &made), NEEDED("reference", listed ? list : x),
                                       TEXT("name", "int8"), ERROR)))
            stoa_expression_free(made);
    }
}

ATTEMPTS(stoa_expression_list)
{
    static const odd counts[] = {
        {0, false}, {1, true}, {MOST / 8 + 1, false}, {MOST, false}, {SIZE_MAX, false}};
    EACH_TRY
    {
        stoa_expression *made, *x = attempt_expression(a, "int32");
        stoa_expression *const outputs[] = {x, NEEDED("outputs[1]", x)};
        if (JUDGE(stoa_expression_list(PLACE("made", &made), NEEDED("outputs", outputs),
                                       NUMBER("count", 2, counts), ERROR)))
            stoa_expression_free(made);
    }
}

ATTEMPTS(stoa_expression_retain)
{
    EACH_TRY
    {
        stoa_expression *given = NEEDED("expression", attempt_expression(a, "int32"));
        stoa_expression *kept = stoa_expression_retain(given);
        stoa_expression_free(kept);
        attempt_gave(a, kept == given, kept == NULL);
    }
}

ATTEMPTS(stoa_expression_free)
{
    EACH_TRY
    {
        stoa_expression *made = stoa_expression_retain(attempt_expression(a, "int32"));
        stoa_expression *given = NEEDED("expression", made);
        stoa_expression_free(given);
        stoa_expression_free(given == NULL ? made : NULL);
        attempt_gave(a, true, true);
    }
}

ATTEMPTS(stoa_expression_print)
{
    static const odd sizes[] = {{0, true}, {1, true}, {5, true}};
    EACH_TRY
    {
        char text[64];
        const stoa_expression *given = NEEDED("expression", attempt_expression(a, "int32 + 1"));
        char *out = OPTIONAL_PLACE("text", &text);
        size_t length = stoa_expression_print(given, out, NUMBER("size", sizeof text, sizes));
        bool nothing = length == 0 && text[0] == '\0';
        memset(text, 0x5A, sizeof text); /* for NULL the result is an empty text */
        attempt_gave(a, length == strlen("int32 + 1"), nothing);
    }
}

ATTEMPTS(stoa_expression_output_count)
{
    EACH_TRY
    {
        size_t outputs = stoa_expression_output_count(
            NEEDED("expression", attempt_expression(a, "int32, int8")));
        attempt_gave(a, outputs == 2, outputs == 0);
    }
}

ATTEMPTS(stoa_operation_named)
{
    EACH_TRY
    {
        stoa_operation operation =
            stoa_operation_named(TEXT("name", "sqrt"), NUMBER("arguments", 1, any_number));
        attempt_gave(a, operation == STOA_SQRT, operation == STOA_NO_OPERATION);
    }
}

ATTEMPTS(stoa_operation_text)
{
    static const odd none[] = {{STOA_NO_OPERATION, false},
                               {STOA_CUMPROD + 1, false},
                               {256 + STOA_ADD, false},
                               {INT32_MAX, false},
                               {UINT32_MAX, false}};
    EACH_TRY
    {
        const char *text =
            stoa_operation_text((stoa_operation)NUMBER("operation", STOA_SQRT, none));
        attempt_gave(a, text != NULL && strcmp(text, "sqrt") == 0, text == NULL);
    }
}
