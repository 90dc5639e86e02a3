"""Doc comments of the headers, as reStructuredText for Sphinx.

A comment starts with `/**` and is plain text in paragraphs, which are code where they are indented.
The last paragraph may have these commands, each at the start of a line; what follows with a deeper
indent belongs to it:

    @param NAME TEXT        an argument
    @return TEXT            what is given back, and each status but STOA_OK with its reason
    @owner TEXT             who owns and frees what
    @cost TEXT              time and memory
    @threads TEXT           what other threads may do meanwhile
    @each DECLARATION       the comment is of a family: one declaration for each type of STOA_TYPES,
                            in which NAME, CELL and VALUE stand for the type's
    @members NAME           the text of struct NAME, as it stands in the header
    @declare DECLARATION    the same, of a family that is listed
    @snippet FILE NAME      an example: the lines of docs/examples/FILE between [NAME] and [NAME]

`name` in backquotes is code, as is STOA_OK; stoa_table_new() is a link.
"""

import re
from pathlib import Path

from sphinx import addnodes

root = Path(__file__).parent.parent.parent
FIELDS = {"return": "returns", "owner": "Owner", "cost": "Cost", "threads": "Threads"}
COMMAND = re.compile(r"(?s)@(\w+) ?(.*)")


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
        pattern = rf"(?ms)^(typedef )?struct {name} \{{.*?^\}}( {name})?;"
        found = re.search(pattern, header.read_text())
        if found:
            return found.group().split("\n")
    raise ValueError(f"no header has a struct {name}")


def marked_up(text):
    text = re.sub(r"(?<![`\w])(STOA_[A-Z0-9_]+)(?![`\w])", r"`\1`", text)
    text = re.sub(r"`([^`]+)`", r"``\1``", text)
    pieces = text.split("``")
    pieces[::2] = [
        re.sub(r"\b(stoa_\w+)\(\)", r":c:func:`\1`", each.replace("*", r"\*"))
        for each in pieces[::2]
    ]
    return "``".join(pieces)


def snippet(file, name, shown):
    """An example, or where it is if it is on the page already."""
    label = f"example-{file}-{name}".replace(".", "-").replace("_", "-")
    if label in shown:
        return [f":Example: `above <#{label}>`__"]
    shown.add(label)
    options = ["language: c", f"start-after: [{name}]", f"end-before: [{name}]", "dedent:"]
    options.append(f"name: {label}")
    return ["", f".. literalinclude:: /examples/{file}", *(f"   :{each}" for each in options)]


def command_of(kind, rest, shown):
    """What a command stands for, as lines."""
    if kind == "param":
        name, _, text = rest.partition(" ")
        return [f":param {name}: {marked_up(text)}"]
    if kind == "snippet":
        return snippet(*rest.split(), shown)
    if kind == "members":
        return ["", ".. code-block:: c", "", *(f"   {each}" for each in members(rest))]
    if kind in FIELDS:
        return [f":{FIELDS[kind]}: {marked_up(rest)}"]
    raise ValueError(f"a doc comment has @{kind}, which is not known")


def converted(lines, shown):
    """Paragraph by paragraph; one that is indented is code, unless it belongs to a command."""
    paragraphs = re.split(r"\n\n+", "\n".join(lines))
    for paragraph in paragraphs:
        yield ""
        if paragraph.startswith("    "):
            yield from ("::", "", *paragraph.split("\n"))
        elif not paragraph.startswith("@"):
            yield from marked_up(paragraph).split("\n")
        else:
            for command in re.split(r"\n(?=@)", paragraph):
                kind, rest = COMMAND.match(command).groups()
                yield from "\n".join(command_of(kind, rest, shown)).split("\n")


def family(lines, shown):
    """A comment of a family: the text stands under the declarations of all."""
    made, rest = [], []
    for line in lines:
        kind, _, pattern = line.partition(" ")
        if kind == "@each":
            made += declarations(pattern)
        elif kind == "@declare":
            made.append(pattern)
        else:
            rest.append(line)
    yield f".. c:function:: {made[0]}"
    yield from (" " * len(".. c:function:: ") + each for each in made[1:])
    yield ""
    yield from ("   " + line for line in converted(rest, shown))


def process(app, lines, transform, options):
    shown = app.env.temp_data.setdefault("examples that are shown", set())
    is_family = any(line.startswith(("@each ", "@declare ")) for line in lines)
    lines[:] = list((family if is_family else converted)(lines, shown))


def lift_introductions(app, doctree):
    """The comment at the top of a header is taken for one of its include guard: it stays alone."""
    for described in list(doctree.findall(addnodes.desc)):
        if re.fullmatch(r"STOA_\w+_H", described[0].astext()):
            described.parent.remove(described.parent[described.parent.index(described) - 1])
            described.replace_self(described[-1].children)


def setup(app):
    app.connect("hawkmoth-process-docstring", process)
    app.connect("doctree-read", lift_introductions)
    return {"parallel_read_safe": True}
