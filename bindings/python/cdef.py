"""Writes the C source of stoa._core from the public headers.

The preprocessor runs over <stoa/stoa.h> with STOA_CDEF defined, which leaves out system headers,
attributes and inline code; cffi reads the plain C that remains. Macros that are integers become
constants of the module. Only the callbacks that Python gives to C are declared here by hand. Calls
that count references without regard to threads get a second form, stoa_turn_…, which one thread at
a time enters; stoa_python_interpreter lets other threads in while a run computes.

    cdef.py --include DIR --output FILE -- CC [ARGUMENT...]
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from cffi import FFI

MODULE = "stoa._core"

CALLBACKS = """
extern "Python" void stoa_python_release(void *context, void *object);
extern "Python" stoa_status stoa_python_pull(void *table, void *act, void *state,
                                             stoa_error *error);
stoa_status stoa_python_act(void *act, void *state, stoa_error *error);
const stoa_arrow_guard *stoa_python_guard(stoa_table *table);
bool stoa_python_is_main(void);
void stoa_python_forget_turns(void);
const stoa_interpreter *stoa_python_interpreter(void);
"""

# Calls that make, share and free nodes of expressions, and calls that bind programs to them.
TURNS = [
    *(
        f"expression_{name}"
        for name in ("free", "field", "constant", "array", "call", "list", "path", "parse_with")
    ),
    *(
        f"program_{name}"
        for name in (
            "free",
            "new",
            "parse",
            "compute",
            "fill",
            "assign",
            "select",
            "filter",
            "count_values",
            "partial",
            "scatter",
        )
    ),
]

# The wrappers that cffi writes keep CPython's lock: calls are short, and a table must not be read
# by one thread while another changes it. Long runs release the lock themselves. PyPy's wrappers
# release its lock, so a mutex replaces it where it is needed.
SOURCE = """\
#include <stoa/stoa.h>

#ifndef PYPY_VERSION
/* Of the stable interface since 3.9; cffi asks for an older one. */
PyAPI_FUNC(PyInterpreterState *) PyInterpreterState_Get(void);
PyAPI_FUNC(int64_t) PyInterpreterState_GetID(PyInterpreterState *);
#endif

/* Whether this is CPython's main interpreter. In others a callback would wait for the lock that its
 * own thread holds. */
static bool stoa_python_is_main(void)
{
#ifdef PYPY_VERSION
    return true;
#else
    return PyInterpreterState_GetID(PyInterpreterState_Get()) == 0;
#endif
}

#ifdef PYPY_VERSION
#include <pthread.h>

static pthread_mutex_t turn;

/* At first, and in the child of a fork, where whoever had the turn is not there. Recursive, since a
 * release callback may drop expressions. */
static void __attribute__((constructor)) stoa_python_forget_turns(void)
{
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&turn, &kind);
    pthread_mutexattr_destroy(&kind);
}

static void begin_turn(void)
{
    pthread_mutex_lock(&turn);
}

static void end_turn(void)
{
    pthread_mutex_unlock(&turn);
}

static void *leave(void)
{
    end_turn();
    return NULL;
}

static void enter(void *left)
{
    (void)left;
    begin_turn();
}
#else
static void stoa_python_forget_turns(void)
{
}

static void begin_turn(void)
{
}

static void end_turn(void)
{
}

static void *leave(void)
{
    return PyEval_SaveThread();
}

static void enter(void *left)
{
    PyEval_RestoreThread(left);
}
#endif

static const stoa_interpreter *stoa_python_interpreter(void)
{
    static const stoa_interpreter interpreter = {leave, enter};
    return &interpreter;
}

/* A step of a stream, as Python passes it on. */
typedef stoa_status step(void *state, stoa_error *error);

static stoa_status stoa_python_act(void *act, void *state, stoa_error *error)
{
    return ((step *)(uintptr_t)act)(state, error);
}

#ifdef PYPY_VERSION
/* Consumers in C call this while they hold PyPy's lock, so that Python cannot be called: no cell is
 * written to meanwhile. */
static stoa_status around(void *context, step *act, void *state, stoa_error *error)
{
    stoa_table *table = context;
    for (size_t i = 0; i < table->field_limit; i++)
        if (stoa_column_lock(table, i, NULL) != STOA_OK)
            continue;
    stoa_status status = act(state, error);
    for (size_t i = 0; i < table->field_limit; i++)
        stoa_column_unlock(table, i);
    return status;
}
#else
static stoa_status stoa_python_pull(void *, void *, void *, stoa_error *);

static stoa_status around(void *context, step *act, void *state, stoa_error *error)
{
    return stoa_python_pull(context, (void *)(uintptr_t)act, state, error);
}
#endif

/* The guard of streams of a table; only until the next call. */
static const stoa_arrow_guard *stoa_python_guard(stoa_table *table)
{
    static stoa_arrow_guard guard;
    guard = (stoa_arrow_guard){around, table};
    return &guard;
}
TURNS
#undef Py_BEGIN_ALLOW_THREADS
#undef Py_END_ALLOW_THREADS
#define Py_BEGIN_ALLOW_THREADS {
#define Py_END_ALLOW_THREADS }
"""

TURN = """
static {head}
{{
    begin_turn();
    {keep}{call};
    end_turn();
{give}}}
"""

NUMBER = re.compile(r"#define (STOA_[A-Z0-9_]+) (?:0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*$", re.MULTILINE)


def preprocess(compiler: list[str], include: Path, *arguments: str) -> str:
    header = include / "stoa" / "stoa.h"
    command = [*compiler, "-E", "-P", "-DSTOA_CDEF=", f"-I{include}", *arguments, str(header)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def constants(macros: str) -> str:
    return "".join(f"#define {name} ...\n" for name in sorted(NUMBER.findall(macros)))


def declarations(compiler: list[str], include: Path) -> tuple[str, str]:
    """What cffi reads, and further C code to compile."""
    code = preprocess(compiler, include)
    leftover = re.search(r"\b(static|inline|__attribute__|__extension__)\b.*", code)
    if leftover:
        sys.exit(f"not a plain declaration, guard it with STOA_CDEF: {leftover.group()}")
    declared, defined = turns(code)
    macros = constants(preprocess(compiler, include, "-dM"))
    return macros + code + declared + CALLBACKS, SOURCE.replace("TURNS\n", defined)


def turns(code: str) -> tuple[str, str]:
    """Declarations and C code of the second forms."""
    declared, defined = "", ""
    for name in TURNS:
        found = re.search(rf"\b(stoa_status|void)\s+stoa_{name}\(([^)]*)\);", code)
        if not found:
            sys.exit(f"stoa_{name} is not declared as expected")
        result, parameters = found.groups()
        head = f"{result} stoa_turn_{name}({parameters})"
        names = ", ".join(re.findall(r"(\w+)\s*(?:,|$)", parameters))
        keep, give = ("", "") if result == "void" else (f"{result} given = ", "    return given;\n")
        declared += head + ";\n"
        defined += TURN.format(head=head, call=f"stoa_{name}({names})", keep=keep, give=give)
    return declared, defined


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--include", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("compiler", nargs="+")
    options = parser.parse_args()

    ffi = FFI()
    declared, source = declarations(options.compiler, options.include)
    ffi.cdef(declared)
    ffi.set_source(MODULE, source)
    ffi.emit_c_code(str(options.output))


if __name__ == "__main__":
    main()
