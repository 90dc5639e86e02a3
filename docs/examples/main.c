/* main.c: runs all examples, in the order in which tests/meson.build lists their files. */
#include "example.h"

int main(void)
{
    column_examples();
    error_examples();
    expression_examples();
    pool_examples();
    program_examples();
    readme_examples();
    record_examples();
    row_examples();
    selection_examples();
    table_examples();
    type_examples();
    return 0;
}
