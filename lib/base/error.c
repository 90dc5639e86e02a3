/* error.c: names and texts of statuses, and the one place that writes messages. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <stoa/version.h>

#include "base/check.h"
#include "base/utf8.h"

const char *stoa_version(void)
{
#define STOA__TEXT_(number) #number
#define STOA__TEXT(number) STOA__TEXT_(number)
    return STOA__TEXT(STOA_VERSION_MAJOR) "." STOA__TEXT(STOA_VERSION_MINOR) "." STOA__TEXT(
        STOA_VERSION_PATCH);
}

const char *stoa_status_name(stoa_status status)
{
    switch (status) {
#define NAME(NAME, number, text) \
    case STOA_##NAME:            \
        return "STOA_" #NAME;
        STOA_STATUSES(NAME)
#undef NAME
    }
    return "STOA_?";
}

const char *stoa_status_text(stoa_status status)
{
    switch (status) {
#define TEXT(NAME, number, text) \
    case STOA_##NAME:            \
        return text;
        STOA_STATUSES(TEXT)
#undef TEXT
    }
    return "an unknown status";
}

/* Makes a message valid UTF-8: bytes that are not become '?', since callers may look for names that
 * are not text. If the message was cut within a character, the whole character goes. */
__attribute__((format(printf, 2, 0))) static void
write_message(stoa_error *error, const char *format, va_list arguments)
{
    int wanted = vsnprintf(error->message, STOA_MESSAGE_SIZE, format, arguments);
    unsigned char *text = (unsigned char *)error->message;
    size_t length = strlen(error->message), bytes;
    for (size_t i = 0; i<length; i += bytes> 0 ? bytes : 1) {
        bytes = stoa__utf8_character(text + i, length - i);
        if (bytes == 0 && wanted >= STOA_MESSAGE_SIZE && length - i < 4 && text[i] >= 0xC2)
            text[length = i] = '\0';
        else if (bytes == 0)
            text[i] = '?';
    }
}

void stoa__fill_error(stoa_error *error, stoa_status status, size_t row, const char *format, ...)
{
    if (error == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    write_message(error, format, arguments);
    va_end(arguments);
    error->status = status;
    error->reserved = 0;
    error->row = row;
}

/* ---- invalid arguments ---- */

void stoa__say_null(stoa_error *error, const char *function, const char *argument)
{
    stoa__fill_error(error, STOA_INVALID, 0, "%s: %s is NULL", function, argument);
}

void stoa__say_no_array(stoa_error *error, const char *function, const char *array, bool is_null,
                        size_t count)
{
    if (is_null)
        stoa__fill_error(error, STOA_INVALID, 0, "%s: %s is NULL, but should have %zu elements",
                         function, array, count);
    else
        stoa__fill_error(error, STOA_INVALID, 0, "%s: %s cannot have %zu elements", function, array,
                         count);
}

void stoa__say_null_among(stoa_error *error, const char *function, const char *array, size_t place,
                          const char *member)
{
    stoa__fill_error(error, STOA_INVALID, 0, "%s: %s[%zu]%s is NULL", function, array, place,
                     member);
}
