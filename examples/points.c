/* points.c: ten million points in a typed stoa table, beside malloc'ed structs behind pointers and
 * an array of structs.
 *
 *     points [--csv] [RECORDS]
 *
 * The first part is the program: declare a record, make a table, fill its columns, read it through
 * rows, add up a column, append. Then the two other ways do the same. Each way runs in a process
 * of its own; its memory is the growth of the unique set size (what would be free if the process
 * ended) while the points are made. Every answer is checked. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <stoa/stoa.h>

static int32_t x_of(size_t i)
{
    return (int32_t)(i % 1024);
}

static int32_t y_of(size_t i)
{
    return (int32_t)(i / 1024 % 1024);
}

static int32_t z_of(size_t i)
{
    return (int32_t)(i % 128);
}

/* ---- stoa ---- */

#define POINT(FIELD) \
    FIELD(int32, x)  \
    FIELD(int32, y)  \
    FIELD(int32, z)
STOA_RECORD(point, POINT)

static point_table points;

static bool succeeded(stoa_status status, const stoa_error *error)
{
    if (status != STOA_OK)
        fprintf(stderr, "points: %s\n", error->message);
    return status == STOA_OK;
}

static bool table_make(size_t records)
{
    stoa_error error = {0};
    if (!succeeded(point_table_init(&points, records, &error), &error))
        return false;
    for (size_t i = 0; i < records; i++) {
        points.x[i] = x_of(i);
        points.y[i] = y_of(i);
        points.z[i] = z_of(i);
    }
    return true;
}

static int64_t table_read(size_t records)
{
    int64_t total = 0;
    for (size_t i = 0; i < records; i++) {
        point p = point_at(&points, i);
        total += point_x(p) + point_y(p) + point_z(p);
    }
    return total;
}

/* Bulk work is text, or calls that build the same; it runs on all cores. */
static int64_t table_sum_x(size_t records)
{
    stoa_error error = {0};
    stoa_value total = {0};
    (void)records;
    if (!succeeded(stoa_compute(points.table, "sum(x)", &total, &error), &error))
        return -1;
    return total.int64;
}

static bool table_append(size_t records, size_t more)
{
    stoa_error error = {0};
    for (size_t i = records; i < records + more; i++) {
        point_values values = {.x = x_of(i), .y = y_of(i), .z = z_of(i)};
        if (!succeeded(point_table_append(&points, values, &error), &error))
            return false;
    }
    return true;
}

static void table_free(void)
{
    point_table_dispose(&points);
}

/* ---- structs, behind pointers and in an array ---- */

struct plain {
    int32_t x, y, z;
};

static struct plain plain_of(size_t i)
{
    return (struct plain){.x = x_of(i), .y = y_of(i), .z = z_of(i)};
}

static struct plain **pointers;
static struct plain *structs;
static size_t length, capacity;

/* Room for one more, by doubling. */
static bool grow(void **items, size_t size)
{
    if (length < capacity)
        return true;
    size_t doubled = capacity ? 2 * capacity : 16;
    void *moved = realloc(*items, doubled * size);
    if (!moved)
        return false;
    *items = moved;
    capacity = doubled;
    return true;
}

static bool pointers_append(size_t records, size_t more)
{
    for (size_t i = records; i < records + more; i++) {
        void *items = pointers;
        if (!grow(&items, sizeof *pointers))
            return false;
        pointers = items;
        if (!(pointers[length] = malloc(sizeof **pointers)))
            return false;
        *pointers[length++] = plain_of(i);
    }
    return true;
}

static bool pointers_make(size_t records)
{
    pointers = malloc(records * sizeof *pointers);
    capacity = pointers ? records : 0;
    return pointers && pointers_append(0, records);
}

static int64_t pointers_read(size_t records)
{
    int64_t total = 0;
    for (size_t i = 0; i < records; i++)
        total += pointers[i]->x + pointers[i]->y + pointers[i]->z;
    return total;
}

static int64_t pointers_sum_x(size_t records)
{
    int64_t total = 0;
    for (size_t i = 0; i < records; i++)
        total += pointers[i]->x;
    return total;
}

static void pointers_free(void)
{
    while (length > 0)
        free(pointers[--length]);
    free(pointers);
}

static bool structs_append(size_t records, size_t more)
{
    for (size_t i = records; i < records + more; i++) {
        void *items = structs;
        if (!grow(&items, sizeof *structs))
            return false;
        structs = items;
        structs[length++] = plain_of(i);
    }
    return true;
}

static bool structs_make(size_t records)
{
    structs = malloc(records * sizeof *structs);
    if (!structs)
        return false;
    for (size_t i = 0; i < records; i++)
        structs[i] = plain_of(i);
    length = capacity = records;
    return true;
}

static int64_t structs_read(size_t records)
{
    int64_t total = 0;
    for (size_t i = 0; i < records; i++)
        total += structs[i].x + structs[i].y + structs[i].z;
    return total;
}

static int64_t structs_sum_x(size_t records)
{
    int64_t total = 0;
    for (size_t i = 0; i < records; i++)
        total += structs[i].x;
    return total;
}

static void structs_free(void)
{
    free(structs);
}

/* ---- measuring ---- */

struct way {
    const char *name, *label;
    bool (*make)(size_t records);
    int64_t (*read)(size_t records);
    int64_t (*sum_x)(size_t records);
    bool (*append)(size_t records, size_t more);
    void (*free)(void);
};

static const struct way ways[] = {
    {"pointers", "malloc'ed structs behind pointers", pointers_make, pointers_read, pointers_sum_x,
     pointers_append, pointers_free},
    {"structs", "array of structs", structs_make, structs_read, structs_sum_x, structs_append,
     structs_free},
    {"stoa", "stoa typed table", table_make, table_read, table_sum_x, table_append, table_free},
};

/* Bytes and nanoseconds per record. */
struct costs {
    double bytes, make, read, sum, append, free;
};

static double unique_set_size(void)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    if (!file)
        file = fopen("/proc/self/smaps", "r");
    double kibibytes = 0;
    char line[512];
    while (file && fgets(line, sizeof line, file)) {
        const char *colon = strchr(line, ':');
        if (colon && strncmp(line, "Private_", strlen("Private_")) == 0)
            kibibytes += strtod(colon + 1, NULL);
    }
    if (file)
        fclose(file);
    return kibibytes * 1024;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

/* Nanoseconds since *start for each of count records; starts anew. */
static double lap(double *start, size_t count)
{
    double end = now();
    double each = (end - *start) / (double)count;
    *start = end;
    return each;
}

static bool right(size_t records, int64_t total, int64_t sum_x)
{
    for (size_t i = 0; i < records; i++) {
        total -= x_of(i) + y_of(i) + z_of(i);
        sum_x -= x_of(i);
    }
    return total == 0 && sum_x == 0;
}

static bool measure(const struct way *way, size_t records, struct costs *costs)
{
    size_t more = records / 10 + 1;
    double before = unique_set_size();
    double start = now();
    if (!way->make(records))
        return false;
    costs->make = lap(&start, records);
    costs->bytes = (unique_set_size() - before) / (double)records;

    start = now();
    int64_t total = way->read(records);
    costs->read = lap(&start, records);
    int64_t sum_x = way->sum_x(records);
    costs->sum = lap(&start, records);
    if (!way->append(records, more))
        return false;
    costs->append = lap(&start, more);
    bool correct = right(records, total, sum_x) &&
                   right(records + more, way->read(records + more), way->sum_x(records + more));
    start = now();
    way->free();
    costs->free = lap(&start, records + more);
    return correct;
}

/* The way in a process of its own, which sends its costs through a pipe. */
static bool measure_apart(const struct way *way, size_t records, struct costs *costs)
{
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    pid_t child = fork();
    if (child == 0) {
        bool well = measure(way, records, costs);
        well = well && write(ends[1], costs, sizeof *costs) == (ssize_t)sizeof *costs;
        _exit(well ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    close(ends[1]);
    bool told = child > 0 && read(ends[0], costs, sizeof *costs) == (ssize_t)sizeof *costs;
    close(ends[0]);
    int status = 0;
    if (child > 0)
        waitpid(child, &status, 0);
    return told && status == 0;
}

static void print_heading(size_t records, bool csv)
{
    if (csv) {
        puts("kind,label,records,bytes_per_record,make_ns,read_ns,sum_ns,append_ns,free_ns");
        return;
    }
    printf("%zu points, each way in a process of its own; nanoseconds per record\n", records);
    printf("%-34s %12s %7s %7s %7s %7s %7s\n", "kept as", "bytes/record", "make", "read", "sum",
           "append", "free");
}

static void print_costs(const struct way *way, size_t records, const struct costs *c, bool csv)
{
    if (csv)
        printf("%s,%s,%zu,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f\n", way->name, way->label, records,
               c->bytes, c->make, c->read, c->sum, c->append, c->free);
    else
        printf("%-34s %12.2f %7.2f %7.2f %7.2f %7.2f %7.2f\n", way->label, c->bytes, c->make,
               c->read, c->sum, c->append, c->free);
    fflush(stdout);
}

/* 0 where the text is no number of records that fits the arrays. */
static size_t parsed_records(const char *text)
{
    char *end;
    errno = 0;
    unsigned long long records = strtoull(text, &end, 10);
    bool number = *text >= '0' && *text <= '9' && *end == '\0' && errno == 0;
    return number && records <= SIZE_MAX / sizeof(struct plain) / 4 ? (size_t)records : 0;
}

int main(int argc, char **argv)
{
    bool csv = argc > 1 && strcmp(argv[1], "--csv") == 0;
    int first = csv ? 2 : 1;
    size_t records = argc > first ? parsed_records(argv[first]) : 10000000;
    if (records == 0 || argc > first + 1) {
        fprintf(stderr, "usage: points [--csv] [RECORDS], one record at least\n");
        return 2;
    }
    print_heading(records, csv);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct costs costs;
        if (!measure_apart(&ways[i], records, &costs)) {
            fprintf(stderr, "points: %s failed\n", ways[i].label);
            return 1;
        }
        print_costs(&ways[i], records, &costs, csv);
    }
    return 0;
}
