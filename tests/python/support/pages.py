"""The documentation for tests: its pages and the examples on them."""

import doctest
import re
import sys
import types
from pathlib import Path

root = Path(__file__).parent.parent.parent.parent
FENCE = re.compile(r"(?ms)^(`{3,})([^\n`]*)\n(.*?)^\1 *$")


class Checker(doctest.OutputChecker):
    """Compares only the class's own name in the last line of a traceback, so that an error's class
    may be written by its public name."""

    error = re.compile(r"^(?:\w+\.)+(\w+: )")

    def check_output(self, want, got, optionflags):
        want, got = self.error.sub(r"\1", want), self.error.sub(r"\1", got)
        return super().check_output(want, got, optionflags)


def pages():
    """All pages, with the README."""
    return [root / "README.md", *sorted((root / "docs").rglob("*.md"))]


def name_of(page):
    return str(page.relative_to(root))


def fences(page, kind):
    """The blocks of one language: (line number, text)."""
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        if found.group(2).strip() == kind:
            yield text.count("\n", 0, found.start(3)), found.group(3)


def failures(page):
    """Runs the page's Python from top to bottom as one program; returns what failed."""
    module = types.ModuleType("page")
    sys.modules["page"] = module  # pickle looks for classes there
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
            # Padded to the page's line numbers, for tracebacks.
            exec(compile("\n" * line + text, name_of(page), "exec", dont_inherit=True), names)
            continue
        examples = doctest.DocTestParser().get_examples(text)
        assert examples, f"{name_of(page)}:{line}: an example without >>>"
        test = doctest.DocTest(examples, names, name_of(page), str(page), line, None)
        runner.run(test, out=told.append, clear_globs=False)
        names.update(test.globs)  # it is a copy
    return "".join(told)
