/* main.c: runs all examples, in the order in which their files are listed in tests/meson.build. */
#include "example.h"

int main(void)
{
    table_examples();
    return 0;
}
