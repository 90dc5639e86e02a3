"""The installed package: what it contains, and what its shared object exports and requires."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import stoa
from stoa import _core

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "bindings" / "python" / "stoa"
PACKAGE = Path(stoa.__file__).parent
MODULE = Path(_core.__file__)
IS_CPYTHON = sys.implementation.name == "cpython"
ROWS, CAPSULES = (
    MODULE.with_name(MODULE.name.replace("_core", name)) for name in ("_rows", "_capsules")
)
MODULES = [MODULE, CAPSULES, ROWS] if IS_CPYTHON else [MODULE, CAPSULES]

installed = pytest.mark.skipif(PACKAGE == SOURCES, reason="an editable install")


def run(tool: str, *arguments: str) -> list[str]:
    if shutil.which(tool) is None:
        pytest.skip(f"there is no {tool}")
    return subprocess.run(
        [tool, *arguments], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.splitlines()


def files_in(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)) for path in found if path.suffix != ".pyc"}


@installed
def test_the_package_holds_every_source_and_the_shared_objects() -> None:
    sources, files = files_in(SOURCES), files_in(PACKAGE)
    assert "py.typed" in files
    assert files == sources | {each.name for each in MODULES}


@installed
def test_only_the_package_is_installed() -> None:
    files = importlib.metadata.files("pystoa") or []
    assert {path.parts[0].partition("-")[0] for path in files} == {"stoa", "pystoa"}


def test_a_shared_object_shows_nothing_but_its_entry() -> None:
    for module in MODULES:
        symbols = run("nm", "--dynamic", "--defined-only", "--format=posix", str(module))
        assert {line.split()[0] for line in symbols} in (
            {"PyInit__core"},
            {"PyInit__capsules"},
            {"PyInit__rows"},
            {"_cffi_pypyinit__core"},
        )


def test_a_shared_object_needs_no_library_but_the_system_s() -> None:
    entries = [line for module in MODULES for line in run("readelf", "--dynamic", str(module))]
    needed = [line for line in entries if "(NEEDED)" in line]
    libraries = {line.partition("[")[2].partition("]")[0] for line in needed}
    allowed = ("libc.so", "libm.so", "libpthread.so", "ld-linux", "libpypy")
    assert [name for name in libraries if not name.startswith(allowed)] == []


def test_rows_are_in_c_unless_that_is_switched_off() -> None:
    code = "import stoa; print(type(stoa.Table.__len__).__name__)"
    for value, kind in (
        ("0", "wrapper_descriptor" if IS_CPYTHON else "function"),
        ("1", "function"),
    ):
        environment = {**os.environ, "STOA_PURE": value}
        found = subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert found.stdout.strip() == kind


@pytest.mark.skipif(not hasattr(sys, "_is_gil_enabled"), reason="Pythons before 3.13 have the lock")
@pytest.mark.skipif(os.environ.get("PYTHON_GIL") == "0", reason="the lock was asked to stay off")
def test_free_threaded_interpreters_have_their_lock_switched_on() -> None:
    assert sys._is_gil_enabled()


def test_every_exported_function_is_declared() -> None:
    exported = (ROOT / "tests" / "exports.txt").read_text().split()
    public = [name for name in exported if not name.startswith("stoa__typed_")]
    assert [name for name in public if not hasattr(_core.lib, name)] == []


def test_headers_library_and_package_are_of_one_version() -> None:
    lib, ffi = _core.lib, _core.ffi
    of_headers = f"{lib.STOA_VERSION_MAJOR}.{lib.STOA_VERSION_MINOR}.{lib.STOA_VERSION_PATCH}"
    assert ffi.string(lib.stoa_version()).decode() == of_headers
    assert importlib.metadata.version("pystoa") == of_headers
