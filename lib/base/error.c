/* error.c: names and texts of statuses, and the one place that writes messages. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

#include <stoa/version.h>

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
    return "a number that is no status";
}

/* A message that is cut ends before a broken UTF-8 sequence. */
__attribute__((format(printf, 2, 0))) static void
write_message(stoa_error *error, const char *format, va_list arguments)
{
    int length = vsnprintf(error->message, STOA_MESSAGE_SIZE, format, arguments);
    if (length < STOA_MESSAGE_SIZE)
        return;
    size_t end = STOA_MESSAGE_SIZE - 1;
    while (end > 0 && ((unsigned char)error->message[end - 1] & 0xC0u) == 0x80u)
        end--;
    if (end > 0 && (unsigned char)error->message[end - 1] >= 0xC0u)
        end--;
    error->message[end] = '\0';
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
