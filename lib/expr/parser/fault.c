/* fault.c: what was wrong, and where.
 *
 * A message is one sentence, a line of the text that was parsed, and a caret under the byte at
 * fault; of a built tree, the sentence and the node printed. All has to fit STOA_MESSAGE_SIZE, so
 * the sentence leaves room for SHOWN bytes, and a line that is longer is cut on both sides of the
 * fault. Invariant: one byte that is no UTF-8, or one control character, is shown as one character
 * ('?', or a blank for a tab), so the caret stands right under any text. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "expr/parser/expression.h"

enum { MOST = STOA_MESSAGE_SIZE - 1, SHOWN = 100, DOTS = 3 };

/* A message while it is written; ends in NUL. */
typedef struct message {
    char text[STOA_MESSAGE_SIZE];
    size_t length;
} message;

static size_t character(const char *text, size_t length)
{
    size_t bytes = stoa__utf8_character((const unsigned char *)text, length);
    return bytes > 0 ? bytes : 1;
}

static size_t characters(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i += character(text + i, length - i))
        count++;
    return count;
}

/* Shortens the message to `most` bytes, dots included, at the end of a character. */
static void shorten(message *m, size_t most)
{
    if (m->length <= most)
        return;
    size_t end = 0, next = 0;
    while (next <= most - DOTS) {
        end = next;
        next += character(m->text + next, m->length - next);
    }
    memcpy(m->text + end, "...", DOTS + 1);
    m->length = end + DOTS;
}

static void add(message *m, const char *text, size_t length)
{
    for (size_t i = 0; i < length && m->length < MOST; i++) {
        unsigned char byte = (unsigned char)text[i];
        char shown = '?';
        if (byte == '\t')
            shown = ' ';
        else if (byte >= 0x20 && byte != 0x7F)
            shown = text[i];
        m->text[m->length++] = shown;
    }
    m->text[m->length] = '\0';
}

static void add_byte(message *m, char byte, size_t times)
{
    for (; times > 0 && m->length < MOST; times--)
        m->text[m->length++] = byte;
    m->text[m->length] = '\0';
}

/* The part of a line that is shown: bytes [from, to) of the text, and whether more is around. */
typedef struct window {
    size_t from, to;
    bool before, after;
} window;

static window line_around(const stoa__text *text, size_t place)
{
    window line = {place, place, false, false};
    while (line.from > 0 && text->bytes[line.from - 1] != '\n')
        line.from--;
    while (line.to < text->length && text->bytes[line.to] != '\n')
        line.to++;
    return line;
}

/* Bytes of "\nline\n   ^", at most. */
static size_t cost(window line, size_t place)
{
    return (line.to - line.from) + (place - line.from) + 3;
}

/* A third of the room is for what is before the place, another for the blanks under it. */
static window cut_line(const stoa__text *text, window line, size_t place, size_t room)
{
    const char *bytes = text->bytes;
    window cut = {place, place, false, false};
    while (cut.from > line.from && place - cut.from < room / 3 - (size_t)2 * DOTS)
        for (cut.from--; cut.from > line.from && (bytes[cut.from] & 0xC0) == 0x80;)
            cut.from--;
    cut.before = cut.from > line.from;
    room -= cut.before ? (size_t)3 * DOTS : DOTS;
    for (size_t next = place; next < line.to; cut.to = next) {
        next += character(bytes + next, line.to - next);
        if (cost((window){cut.from, next, false, false}, place) > room)
            break;
    }
    cut.after = cut.to < line.to;
    return cut;
}

static void add_place(message *m, const stoa__text *text, size_t place)
{
    window line = line_around(text, place);
    size_t whole = cost(line, place);
    shorten(m, whole < SHOWN ? MOST - whole : MOST - SHOWN);
    if (whole > MOST - m->length)
        line = cut_line(text, line, place, MOST - m->length);
    size_t before = characters(text->bytes + line.from, place - line.from);
    add_byte(m, '\n', 1);
    add_byte(m, '.', line.before ? DOTS : 0);
    add(m, text->bytes + line.from, line.to - line.from);
    add_byte(m, '.', line.after ? DOTS : 0);
    add_byte(m, '\n', 1);
    add_byte(m, ' ', before + (line.before ? DOTS : 0));
    add_byte(m, '^', 1);
}

static void add_node(message *m, const stoa_expression *node)
{
    message printed;
    shorten(m, MOST - SHOWN);
    printed.length = stoa_expression_print(node, printed.text, sizeof printed.text);
    if (printed.length > MOST) {
        printed.length = MOST;
        shorten(&printed, MOST - 1);
    }
    shorten(&printed, MOST - 1 - m->length);
    add_byte(m, '\n', 1);
    add(m, printed.text, printed.length);
}

__attribute__((format(printf, 2, 0))) static void start(message *m, const char *format,
                                                        va_list arguments)
{
    int length = vsnprintf(m->text, sizeof m->text, format, arguments);
    m->length = length < 0 ? 0 : (size_t)length < MOST ? (size_t)length : MOST;
    m->text[m->length] = '\0';
}

stoa_status stoa__text_fail(stoa_error *error, stoa_status status, const stoa__text *text,
                            size_t place, const char *format, ...)
{
    message m;
    va_list arguments;
    if (error == NULL)
        return status;
    va_start(arguments, format);
    start(&m, format, arguments);
    va_end(arguments);
    add_place(&m, text, place < text->length ? place : text->length);
    return stoa__fail(error, status, "%s", m.text);
}

stoa_status stoa__expression_fail(stoa_error *error, stoa_status status,
                                  const stoa_expression *node, const char *format, ...)
{
    message m;
    va_list arguments;
    if (error == NULL)
        return status;
    va_start(arguments, format);
    start(&m, format, arguments);
    va_end(arguments);
    if (node->text != NULL && node->place <= node->text->length)
        add_place(&m, node->text, node->place);
    else
        add_node(&m, node);
    return stoa__fail(error, status, "%s", m.text);
}
