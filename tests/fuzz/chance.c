/* chance.c: makes random inputs by xorshift. Under libFuzzer, which has a main of its own, it is
 * left out. */
#include "chance.h"

#ifndef STOA_FUZZER
#include <stdio.h>
#include <stdlib.h>

int main(int count, char **arguments)
{
    uint64_t state = 0x9E3779B97F4A7C15u;
    long usual = getenv("STOA_TESTS_SMALL") == NULL ? by_chance.runs : by_chance.runs / 8;
    long runs = count > 1 ? strtol(arguments[1], NULL, 10) : usual;
    uint8_t *data = malloc(by_chance.bytes);
    if (data == NULL)
        return 1;
    for (long run = 0; run < runs; run++) {
        for (size_t i = 0; i < by_chance.bytes; i++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            data[i] = (uint8_t)(state >> 24);
        }
        LLVMFuzzerTestOneInput(data, by_chance.bytes);
    }
    free(data);
    printf("100%%: %ld %s\n", runs, by_chance.agree);
    return 0;
}
#endif
