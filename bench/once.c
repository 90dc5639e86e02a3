/* once.c: one question, asked once on one thread, for a tool that counts instructions.
 *
 *     once                        the questions, a line each
 *     once stoa|loop NUMBER ROWS  that one; what is to be counted runs within `measured`
 *
 * See instructions.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stoa/stoa.h>

#include "questions.h"

int64_t measured(bench_work work, size_t count);

__attribute__((noinline)) int64_t measured(bench_work work, size_t count)
{
    int64_t result = work(count);
    __asm__ volatile("" : "+r"(result)); /* no tail call: the tool sees where it ends */
    return result;
}

static void list(void)
{
    for (size_t k = 0; k < question_count; k++)
        printf("%s%s\n", questions[k].loop != NULL ? "both " : "stoa ", questions[k].title);
}

static void ask(const char *side, const question *about, size_t count)
{
    stoa_error error;
    bench_must(stoa_set_threads(1, &error), error.message);
    limits_set(stoa_simd(), 1);
    make_points(count);
    begin_question(about);
    measured(strcmp(side, "loop") == 0 ? about->loop : about->stoa, count);
    puts(stoa_simd());
}

int main(int argument_count, char **arguments)
{
    if (argument_count < 2) {
        list();
        return 0;
    }
    size_t number = argument_count > 2 ? strtoull(arguments[2], NULL, 10) : SIZE_MAX;
    size_t count = argument_count > 3 ? strtoull(arguments[3], NULL, 10) : 0;
    bench_must(number >= question_count || count == 0, "once stoa|loop NUMBER ROWS");
    bench_must(strcmp(arguments[1], "loop") == 0 && questions[number].loop == NULL,
               "there is no loop of this one");
    ask(arguments[1], &questions[number], count);
    return 0;
}
