/* sweep.c: see sweep.h. check_failure holds what every failed call must satisfy. */
#include "sweep.h"

#include "testing.h"

#define MOST_REQUESTS \
    20000 /* no call asks for memory this often; a sweep that gets so far would not end */

void sweep_start(sweep *s, const stoa_table *table, stoa_status expected, const char *call,
                 const char *file, int line)
{
    *s = (sweep){.table = table,
                 .before = snapshot_take(table),
                 .expected = expected,
                 .call = call,
                 .file = file,
                 .line = line};
}

void sweep_arm(const sweep *s)
{
    memset(&trouble, 0, sizeof trouble);
    faults_arm(FAULT_ANY, s->request, SIZE_MAX);
}

static void check_error(const sweep *s, stoa_status status)
{
    if (strstr(s->call, "&trouble") == NULL)
        return;
    ck_assert_msg(trouble.status == status, "%s:%d: %s: the error says %s, not %s", s->file,
                  s->line, s->call, stoa_status_name(trouble.status), stoa_status_name(status));
    ck_assert_msg(trouble.message[0] != '\0', "%s:%d: %s: no message", s->file, s->line, s->call);
    ck_assert_msg(memchr(trouble.message, '\0', sizeof trouble.message) != NULL,
                  "%s:%d: %s: the message does not end", s->file, s->line, s->call);
}

static void check_failure(const sweep *s, stoa_status status)
{
    const char *difference = snapshot_differs(s->before, s->table);
    ck_assert_msg(difference == NULL, "%s:%d: %s: %s (%s), and this changed: %s", s->file, s->line,
                  s->call, stoa_status_name(status), trouble.message, difference);
    check_error(s, status);
}

bool sweep_again(sweep *s, stoa_status status)
{
    size_t failed = faults_disarm();
    if (status != STOA_OK)
        check_failure(s, status);
    bool again = status == STOA_OUT_OF_MEMORY && failed > 0;
    if (!again) {
        ck_assert_msg(status == s->expected, "%s:%d: %s: %s (%s), not %s", s->file, s->line,
                      s->call, stoa_status_name(status), trouble.message,
                      stoa_status_name(s->expected));
        snapshot_free(s->before);
    }
    ck_assert_msg(s->request++ < MOST_REQUESTS, "%s:%d: %s: never succeeds", s->file, s->line,
                  s->call);
    return again;
}

/* One try in which one request is refused. Returns false once no request was left to refuse. */
static bool try_alone(const lone_sweep *scenario, void *context, unsigned kinds, size_t request)
{
    stoa_error error = {0};
    stoa_table *table = scenario->make ? scenario->make(context) : NULL;
    snapshot *before = snapshot_take(table);
    stoa_trim();
    size_t mapped = faults_mapped();
    faults_arm(kinds, request, 1);
    stoa_status status = scenario->act(&table, context, &error);
    size_t failed = faults_disarm();
    if (status != STOA_OK) {
        ck_assert_msg(status == STOA_OUT_OF_MEMORY && failed > 0, "request %zu: %s (%s)", request,
                      stoa_status_name(status), error.message);
        ck_assert_int_eq(error.status, status);
        const char *difference = snapshot_differs(before, table);
        ck_assert_msg(difference == NULL, "request %zu: changed: %s", request, difference);
        if (scenario->make == NULL)
            ck_assert_uint_eq(faults_mapped(), mapped);
        status = scenario->act(&table, context, &error); /* with memory available again */
        ck_assert_msg(status == STOA_OK, "after request %zu: %s", request, error.message);
    }
    snapshot_free(before);
    scenario->check(table, context);
    stoa_table_free(table);
    ck_assert_msg(request < MOST_REQUESTS, "a sweep that does not end");
    return failed > 0;
}

void sweep_alone(const lone_sweep *scenario, void *context)
{
    static const unsigned kinds[] = {FAULT_ANY, FAULT_HEAP, FAULT_MAP, FAULT_PROTECT, FAULT_HINT};
    size_t count = scaled(sizeof kinds / sizeof *kinds, 1);
    for (size_t k = 0; k < count; k++) {
        size_t request = 0;
        while (try_alone(scenario, context, kinds[k], request))
            request++;
    }
}
