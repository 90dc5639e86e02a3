"""The documentation: its examples run, it covers everything public, and names nothing else."""

import inspect
import re

import pytest
from pages import failures, fences, name_of, pages, root

import stoa

HEADERS = sorted((root / "include/stoa").glob("*.h"))
C_EXAMPLES = {path.name: path.read_text() for path in (root / "docs/examples").glob("*.[ch]")}
PYTHON_PAGES = sorted((root / "docs/reference/python").glob("*.md"))
CLASSES = ["Table", "Window", "Column", "Expression", "Selection", "Record", "Summary", "FieldType"]
# Errors that an example cannot cause.
WITHOUT_EXAMPLE = {
    "Error",
    "BusyError",
    "OutOfMemoryError",
    "RefusedError",
    "FieldNameError",
    "LibraryError",
}


def told(found):
    if found := list(found):
        pytest.fail("\n".join(found), pytrace=False)


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_the_examples_of_a_page_give_what_it_shows(page):
    for name in re.findall(
        r"(?m)^(?:>>> )?import (numpy|pandas|polars|pyarrow|duckdb)", page.read_text()
    ):
        pytest.importorskip(name)
    if problems := failures(page):
        pytest.fail(problems, pytrace=False)


# ---- Python ----


def documented():
    """(name, code of the examples on its page) of everything in the Python reference."""
    for page in PYTHON_PAGES:
        text = page.read_text()
        code = "\n".join(block for kind in ("python", "pycon") for _, block in fences(page, kind))
        for name in re.findall(
            r"auto(?:class|function|method|attribute|exception):: stoa\.(\S+)", text
        ):
            yield name, code
        for name in re.findall(r"`stoa\.(\w+)`", text):  # the types, and __version__
            yield name, code


def public_members(name):
    kind = getattr(stoa, name)
    known = dir(str) if name == "FieldType" else dir(object)
    return [each for each in dir(kind) if not each.startswith("_") and each not in known]


def test_every_public_name_is_in_the_python_reference():
    names = {name for name, _ in documented()}
    public = {*stoa.__all__, "copy", "abs", "round", "min", "max"}
    told([f"stoa.{each}" for each in sorted(public - names)])


def test_every_public_member_is_in_the_python_reference():
    names = {name for name, _ in documented()}
    same = {"Window": "Table", "Column": "Expression", "Summary": "Record"}
    fields = {
        "Summary": stoa.to_dict(stoa.Summary("x", "int8", 0)),
        "FieldType": stoa.int8.__slots__,
    }
    told(
        f"stoa.{kind}.{member}"
        for kind in CLASSES
        for member in public_members(kind)
        if f"{kind}.{member}" not in names
        and f"{same.get(kind)}.{member}" not in names
        and member not in fields.get(kind, ())
    )


def test_the_python_reference_names_nothing_else():
    for name, _ in documented():
        found = stoa
        for part in name.split("."):
            found = getattr(found, part)


def test_everything_in_the_python_reference_has_a_docstring_and_an_example():
    missing = []
    for name, code in documented():
        *owner, last = name.split(".")
        kind = getattr(stoa, owner[0]) if owner else stoa
        if last != "__version__" and not inspect.getattr_static(kind, last).__doc__:
            missing.append(f"stoa.{name} has no docstring")
        used = rf"\.{last}\b" if owner or last.islower() else rf"\b{last}\b"
        is_operator = last.startswith("__")
        if not is_operator and last not in WITHOUT_EXAMPLE and not re.search(used, code):
            missing.append(f"stoa.{name} has no example")
    told(missing)


# Written once for a whole section.
OF_A_SECTION = {"expression.md", "errors.md"}


def test_the_python_reference_tells_cost_and_threads():
    missing = []
    for page in PYTHON_PAGES:
        if page.name in OF_A_SECTION:
            continue
        for block, behind in re.findall(
            r"(?m)^```{eval-rst}\n((?:\.\. auto.*\n)+)```\n\n(.*)", page.read_text()
        ):
            if "*Cost*" not in behind or "*Threads*" not in behind:
                missing.append(f"{page.name}: {block.strip()}")
    told(missing)


RAISES_NOTHING = {
    *("Column.type", "Table.capacity", "Table.fields", "Table.has_ids"),
    *("Table.max_rows", "Table.nbytes"),
    *("Table.order", "Table.version", "Table.record", "Table.shrink", "simd", "threads", "trim"),
}


def test_docstrings_say_what_is_raised():
    missing = []
    for name in {name for name, _ in documented()}:
        *owner, last = name.split(".")
        found = inspect.getattr_static(getattr(stoa, owner[0]) if owner else stoa, last)
        found = getattr(found, "__func__", found)  # for class methods
        is_callable = inspect.isroutine(found) or isinstance(found, property)
        if is_callable and name not in RAISES_NOTHING and "Error" not in inspect.getdoc(found):
            missing.append(f"stoa.{name} does not say what it raises")
    told(missing)


# ---- C ----


def exports():
    names = (root / "tests/exports.txt").read_text().split()
    return [each for each in names if not each.startswith("stoa__")]


TYPES = re.findall(r"\bTYPE\(\w+, (\w+),", (root / "include/stoa/type.h").read_text())
FAMILY = re.compile(r"(stoa_(?:row_[gs]et_)?)(?:" + "|".join(TYPES) + r")((?:_column|_at)?)$")


def family_of(name):
    """How comments write the name of a family of functions with one member per type."""
    found = FAMILY.match(name)
    is_family = found and (found.group(1) != "stoa_" or found.group(2) == "_column")
    return found.group(1) + "NAME" + found.group(2) if is_family else name


def comments():
    """The doc comment of each public function, or of its family: (declaration, comment)."""
    found = {}
    for header in HEADERS:
        text = header.read_text()
        comment = r"/\*\*\n((?: \*.*\n)*?) \*/\n"
        for body, declaration in re.findall(
            comment + r"((?:STOA_API|STOA_TRY|STOA__INLINE)[^;{]*)[;{]", text
        ):
            [name] = re.findall(r"(\w+)\(", declaration)
            if not name.startswith("stoa__"):
                found[name] = declaration, body
        for body in re.findall(comment, text):
            for declaration in re.findall(r" \* @(?:each|declare) (.*)", body):
                [name] = re.findall(r"(\w+)\(", declaration)
                found[name] = declaration, body
    return found


COMMENTS = comments()


def test_every_public_c_function_has_a_doc_comment():
    told(each for each in exports() if family_of(each) not in COMMENTS)


@pytest.mark.parametrize("name", sorted(COMMENTS))
def test_a_doc_comment_has_all_that_it_should(name):
    declaration, body = COMMENTS[name]
    assert "@cost " in body
    assert "@threads " in body
    assert "@snippet " in body
    tells = declaration.startswith(("STOA_TRY", "stoa_status ")) or " stoa_status " in declaration
    assert ("@return " in body) == tells
    if re.search(r"\*\*\w+", declaration):
        assert "@owner " in body, "who owns what it makes?"
    for parameter in re.findall(r"@param (\w+)", body):
        assert re.search(rf"\b{parameter}\b", declaration), f"there is no argument {parameter}"


@pytest.mark.parametrize("name", sorted(COMMENTS))
def test_what_belongs_to_a_command_is_indented(name):
    """clang-format removes the indentation where it breaks a line."""
    commands = COMMENTS[name][1].partition(" * @")[2]
    told(line for line in commands.splitlines()[1:] if not re.match(r" \* (?:@|    )", line))


@pytest.mark.parametrize("name", sorted(COMMENTS))
def test_the_example_of_a_function_is_there_and_calls_it(name):
    [(file, snippet)] = re.findall(r"@snippet (\S+) (\S+)", COMMENTS[name][1])
    parts = C_EXAMPLES[file].split(f"/* [{snippet}] */")
    assert len(parts) == 3, f"docs/examples/{file} has no [{snippet}]"
    called = name.replace("NAME", "(?:" + "|".join(TYPES) + ")")
    assert re.search(rf"\b{called}\(", parts[1])


def test_the_c_of_pages_is_that_of_the_examples():
    told(name_of(page) for page in pages()[1:] if list(fences(page, "c")))


def code_lines(text):
    lines = re.sub(r"(?s)/\*.*?\*/", "", text).splitlines()
    return ["".join(line.split()) for line in lines if line.split()]


def test_the_c_of_the_readme_is_compiled():
    compiled = iter(code_lines(C_EXAMPLES["example.h"] + C_EXAMPLES["readme.c"]))
    for _, block in fences(root / "README.md", "c"):
        told(line for line in code_lines(block) if line not in compiled)


def test_pages_name_all_statuses():
    listed = set(re.findall(r"STATUS\((\w+), \d+", (root / "include/stoa/error.h").read_text()))
    page = (root / "docs/reference/c/error.md").read_text()
    assert set(re.findall(r"^\| `STOA_(\w+)`", page, re.MULTILINE)) == listed


# ---- names in pages and comments ----

DECLARED = "".join(each.read_text() for each in HEADERS if each.name != "renamed.h")
ENVIRONMENT = {"STOA_THREADS", "STOA_SIMD", "STOA_PURE", "STOA_CDEF", "STOA_STATIC"}
FOR_DEVELOPERS = {"docs/development.md", "docs/architecture.md"}


def c_names(text):
    return set(re.findall(r"(?<![\w/.])(?:stoa|STOA)_[A-Za-z0-9_]*[A-Za-z0-9]\b(?!\.\w|/)", text))


def is_declared(name):
    if name in ENVIRONMENT or re.search(rf"\b{name}\b", DECLARED):
        return True
    kind = name.replace("STOA_", "")
    lists = rf"(?:STATUS|TYPE|OPERATION)\({kind},"
    return family_of(name) in COMMENTS or re.search(lists, DECLARED) is not None


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_page_names_what_there_is_in_c(page):
    if name_of(page) not in FOR_DEVELOPERS:
        told(each for each in sorted(c_names(page.read_text())) if not is_declared(each))


@pytest.mark.parametrize("header", HEADERS, ids=lambda path: path.name)
def test_a_doc_comment_names_what_there_is(header):
    for body in re.findall(r"/\*\*\n((?: \*.*\n)*?) \*/\n", header.read_text()):
        told(each for each in sorted(c_names(body)) if not is_declared(each) and "NAME" not in each)


# The names that pages give to the objects in their examples.
OBJECTS = {
    "points": "Table",
    "table": "Table",
    "people": "Table",
    "sales": "Table",
    "near": "Selection",
    "selection": "Selection",
    "points.x": "Column",
    "column": "Column",
}


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_page_names_what_there_is_in_python(page):
    text = page.read_text()
    missing = []
    for name in set(re.findall(r"\bstoa\.(\w+)", text)):
        is_other = name.startswith("_") or name in {"h", "pc"}  # modules; stoa.h, stoa.pc
        if not hasattr(stoa, name) and not is_other:
            missing.append(f"stoa.{name}")
    for owner, kind in OBJECTS.items():
        for name in set(re.findall(rf"(?<![\w.]){re.escape(owner)}\.(\w+)\(", text)):
            if not hasattr(getattr(stoa, kind), name):
                missing.append(f"{owner}.{name}()")
    told(missing)


# ---- number of examples ----


def test_at_least_120_examples_are_run():
    blocks = sum(len(list(fences(page, "pycon"))) for page in pages())
    snippets = sum(len(set(re.findall(r"/\* \[(\w+)\] \*/", text))) for text in C_EXAMPLES.values())
    assert blocks + snippets >= 120, (blocks, snippets)
