"""The documentation as tests see it: its pages, and the examples on them."""

import doctest
import re
import sys
import types
from pathlib import Path

root = Path(__file__).parent.parent.parent.parent
FENCE = re.compile(r"(?ms)^(`{3,})([^\n`]*)\n(.*?)^\1 *$")


class Checker(doctest.OutputChecker):
    """An error's class may be shown by its public name: the last line of a traceback counts from
    the class's own name on."""

    error = re.compile(r"^(?:\w+\.)+(\w+: )")

    def check_output(self, want, got, optionflags):
        want, got = self.error.sub(r"\1", want), self.error.sub(r"\1", got)
        return super().check_output(want, got, optionflags)


def pages():
    """All pages, README included."""
    return [root / "README.md", *sorted((root / "docs").rglob("*.md"))]


def name_of(page):
    return str(page.relative_to(root))


def fences(page, kind):
    """The blocks of a kind: (line number, text)."""
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        if found.group(2).strip() == kind:
            yield text.count("\n", 0, found.start(3)), found.group(3)


def failures(page):
    """What goes wrong when the page's Python is run from top to bottom, as one program."""
    module = types.ModuleType("page")
    sys.modules["page"] = module  # pickle looks classes up there
    try:
        return failures_in(page, module.__dict__)
    finally:
        del sys.modules["page"]


def failures_in(page, names):
    told = []
    runner = doctest.DocTestRunner(Checker(), verbose=False, optionflags=doctest.ELLIPSIS)
    blocks = [(*each, kind) for kind in ("python", "pycon") for each in fences(page, kind)]
    for line, text, kind in sorted(blocks):
        if kind == "python":
            # With the lines of the page, for tracebacks.
            exec(compile("\n" * line + text, name_of(page), "exec", dont_inherit=True), names)
            continue
        examples = doctest.DocTestParser().get_examples(text)
        assert examples, f"{name_of(page)}:{line}: an example without >>>"
        test = doctest.DocTest(examples, names, name_of(page), str(page), line, None)
        runner.run(test, out=told.append, clear_globs=False)
        names.update(test.globs)  # a copy
    return "".join(told)
