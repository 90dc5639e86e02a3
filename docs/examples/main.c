/* main.c: runs all examples, in the order of their files, and compares what they print with what
 * the comments "prints TEXT" of these files say, in order.
 *
 *     examples_of_docs SOURCE... */
#define _POSIX_C_SOURCE 200809L

#include <unistd.h>

#include "example.h"

static void run_all(void)
{
    arrow_examples();
    column_examples();
    error_examples();
    expression_examples();
    ids_examples();
    partial_examples();
    pool_examples();
    program_examples();
    readme_examples();
    record_examples();
    reference_examples();
    row_examples();
    selection_examples();
    strings_examples();
    table_examples();
    type_examples();
    value_counts_examples();
    vector_examples();
}

/* What the examples print, from its start. */
static FILE *output_of_all(void)
{
    FILE *output = tmpfile();
    if (output == NULL || dup2(fileno(output), STDOUT_FILENO) < 0)
        exit(EXIT_FAILURE);
    run_all();
    fflush(stdout);
    rewind(output);
    return output;
}

/* The text of a line's comment "prints TEXT"; NULL if it has none. */
static char *promise_of(char *line)
{
    static const char begin[] = "/* prints ", end[] = " */";
    char *text = strstr(line, begin);
    if (text == NULL)
        return NULL;
    text += strlen(begin);
    char *behind = strstr(text, end);
    if (behind != NULL)
        *behind = '\0';
    return text;
}

/* The next line of the output, without its end; "" at the end of all. */
static const char *next_line(FILE *output, char *line, int size)
{
    if (fgets(line, size, output) == NULL)
        line[0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return line;
}

static int differences(const char *path, FILE *output)
{
    char line[400], printed[400];
    int found = 0, number = 0;
    FILE *source = fopen(path, "r");
    if (source == NULL)
        exit(EXIT_FAILURE);
    while (fgets(line, sizeof line, source) != NULL) {
        const char *promised = promise_of(line);
        number++;
        if (promised == NULL || strcmp(promised, next_line(output, printed, sizeof printed)) == 0)
            continue;
        fprintf(stderr, "%s:%d says \"%s\", but \"%s\" is printed\n", path, number, promised,
                printed);
        found++;
    }
    fclose(source);
    return found;
}

int main(int argc, char **argv)
{
    char more[400] = "";
    int found = 0;
    FILE *output = output_of_all();
    for (int i = 1; i < argc; i++)
        found += differences(argv[i], output);
    if (*next_line(output, more, sizeof more) != '\0') {
        fprintf(stderr, "\"%s\" is printed at the end\n", more);
        found++;
    }
    fclose(output);
    return found == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
