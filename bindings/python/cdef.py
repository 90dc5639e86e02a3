"""Writes the C source of stoa._core from the public headers.

The preprocessor runs over <stoa/stoa.h> with STOA_CDEF defined: system headers, attributes and
inline code are then left out, and the plain C that remains is what cffi reads. Macros that are
whole numbers become constants of the module. Nothing is declared here by hand but the callbacks
that Python gives to C. The runs of programs get a second form, stoa_unlocked_…, that lets go of
CPython's lock.

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
bool stoa_python_is_main(void);
"""

# Calls that may take long: program.py decides in which form.
RUNS = ["compute", "fill", "assign", "select", "filter"]

# Calls are short, and a table that one thread changes is not to be read by another meanwhile: so
# the wrappers that cffi writes keep CPython's lock. (PyPy's wrappers don't know of it.)
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
UNLOCKED
#undef Py_BEGIN_ALLOW_THREADS
#undef Py_END_ALLOW_THREADS
#define Py_BEGIN_ALLOW_THREADS {
#define Py_END_ALLOW_THREADS }
"""

# PyPy has let go of its lock when it comes here.
UNLOCKED = """
static {head}
{{
    stoa_status status;
#ifdef PYPY_VERSION
    status = {call};
#else
    Py_BEGIN_ALLOW_THREADS
    status = {call};
    Py_END_ALLOW_THREADS
#endif
    return status;
}}
"""

NUMBER = re.compile(r"#define (STOA_[A-Z0-9_]+) (?:0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*$", re.MULTILINE)


def preprocess(compiler: list[str], include: Path, *arguments: str) -> str:
    header = include / "stoa" / "stoa.h"
    command = [*compiler, "-E", "-P", "-DSTOA_CDEF=", f"-I{include}", *arguments, str(header)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def constants(macros: str) -> str:
    return "".join(f"#define {name} ...\n" for name in sorted(NUMBER.findall(macros)))


def declarations(compiler: list[str], include: Path) -> tuple[str, str]:
    """What cffi reads, and what is compiled besides."""
    code = preprocess(compiler, include)
    leftover = re.search(r"\b(static|inline|__attribute__|__extension__)\b.*", code)
    if leftover:
        sys.exit(f"not a plain declaration, guard it with STOA_CDEF: {leftover.group()}")
    declared, defined = unlocked(code)
    macros = constants(preprocess(compiler, include, "-dM"))
    return macros + code + declared + CALLBACKS, SOURCE.replace("UNLOCKED", defined)


def unlocked(code: str) -> tuple[str, str]:
    """Declarations and C code of the runs' second forms."""
    declared, defined = "", ""
    for run in RUNS:
        found = re.search(rf"\bstoa_status\s+stoa_program_{run}\(([^)]*)\);", code)
        if not found:
            sys.exit(f"stoa_program_{run} is not declared as expected")
        head = f"stoa_status stoa_unlocked_program_{run}({found.group(1)})"
        names = ", ".join(re.findall(r"(\w+)\s*(?:,|$)", found.group(1)))
        declared += head + ";\n"
        defined += UNLOCKED.format(head=head, call=f"stoa_program_{run}({names})")
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
