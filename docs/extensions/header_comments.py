"""Doc comments of the headers, as reStructuredText for Sphinx.

A comment starts with `/**` and is plain text, but for these commands, each at the start of a line
(what follows with a deeper indent belongs to it):

    @param NAME TEXT        an argument
    @return TEXT            what is given back, and each status but STOA_OK with its reason
    @owner TEXT             who owns and frees what
    @cost TEXT              time and memory
    @threads TEXT           what other threads may do meanwhile
    @each DECLARATION       the comment is of a family: one declaration for each type of STOA_TYPES,
                            in which NAME, CELL and VALUE stand for the type's
    @members NAME           the text of struct NAME, as it stands in the header
    @snippet FILE NAME      an example: the lines of docs/examples/FILE between [NAME] and [NAME]

`name` in backquotes is code, as is STOA_OK; stoa_table_new() is a link.
"""

import re
from pathlib import Path

root = Path(__file__).parent.parent.parent
FIELDS = {"return": "returns", "owner": "Owner", "cost": "Cost", "threads": "Threads"}
COMMAND = re.compile(r"@(\w+) ?(.*)")


def field_types():
    """(name, cell, value) of each type of STOA_TYPES."""
    text = (root / "include/stoa/type.h").read_text()
    [listed] = re.findall(r"#define STOA_TYPES\(TYPE\)((?:.*\\\n)*.*\n)", text)
    return re.findall(r"TYPE\(\w+, (\w+), (\w+), ([\w *]+), \w+\)", listed)


def declarations(pattern):
    """One for each type."""
    for name, cell, value in field_types():
        made = pattern.replace("NAME", name).replace("CELL", cell).replace("VALUE", value)
        yield made.replace("* *", "**")


def members(name):
    """The text of a struct."""
    for header in (root / "include/stoa").glob("*.h"):
        found = re.search(rf"(?ms)^typedef struct {name} \{{.*?^\}} {name};", header.read_text())
        if found:
            return found.group().split("\n")
    raise ValueError(f"no header has a struct {name}")


def marked_up(line):
    line = re.sub(r"(?<![`\w])(STOA_[A-Z0-9_]+)(?![`\w])", r"`\1`", line)
    line = re.sub(r"`([^`]+)`", r"``\1``", line)
    pieces = line.split("``")
    pieces[::2] = [
        re.sub(r"\b(stoa_\w+)\(\)", r":c:func:`\1`", each.replace("*", r"\*"))
        for each in pieces[::2]
    ]
    return "``".join(pieces)


def converted(lines):
    is_code = was_command = False
    for line in lines:
        command = COMMAND.match(line)
        if command and not was_command:
            yield ""
        was_command = command is not None or (was_command and line.startswith(" "))
        is_code = bool(line.startswith("    ")) if line else is_code
        if command is None:
            yield line if is_code else marked_up(line)
            continue
        kind, rest = command.groups()
        if kind == "param":
            name, _, text = rest.partition(" ")
            yield f":param {name}: {marked_up(text.strip())}"
        elif kind == "snippet":
            file, name = rest.split()
            yield ""
            yield f".. literalinclude:: /examples/{file}"
            yield "   :language: c"
            yield f"   :start-after: [{name}]"
            yield f"   :end-before: [{name}]"
            yield "   :dedent:"
        elif kind == "members":
            yield from ("", ".. code-block:: c", "")
            yield from (f"   {each}" for each in members(rest))
        elif kind in FIELDS:
            yield f":{FIELDS[kind]}: {marked_up(rest)}"
        else:
            raise ValueError(f"a doc comment has @{kind}, which is not known")


def family(lines):
    """A comment of a family: the text stands under the declarations of all."""
    patterns = [line[len("@each ") :] for line in lines if line.startswith("@each ")]
    rest = [line for line in lines if not line.startswith("@each ")]
    made = [each for pattern in patterns for each in declarations(pattern)]
    yield f".. c:function:: {made[0]}"
    yield from (" " * len(".. c:function:: ") + each for each in made[1:])
    yield ""
    yield from ("   " + line for line in converted(rest))


def process(app, lines, transform, options):
    is_family = any(line.startswith("@each ") for line in lines)
    lines[:] = list(family(lines) if is_family else converted(lines))


def setup(app):
    app.connect("hawkmoth-process-docstring", process)
    return {"parallel_read_safe": True}
