"""How Sphinx builds the documentation: run by tools/docs, which installs what it needs."""

import sys
from pathlib import Path

import stoa

here = Path(__file__).parent
sys.path.insert(0, str(here / "extensions"))

project = "stoa"
author = "the stoa authors"
project_copyright = author
version = release = stoa.__version__

extensions = [
    "hawkmoth",  # doc comments of the C headers
    "myst_parser",  # pages in Markdown
    "sphinx.ext.autodoc",  # docstrings of the Python package
    "header_comments",
]

root_doc = "index"
html_theme = "furo"
html_title = f"stoa {version}"
html_show_copyright = False

myst_enable_extensions = ["colon_fence", "fieldlist"]
myst_heading_anchors = 3
highlight_language = "none"

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_class_signature = "mixed"
autodoc_preserve_defaults = True

hawkmoth_root = str(here.parent / "include")
hawkmoth_compiler = "cc"
hawkmoth_clang_c = ["-std=c11", f"-I{hawkmoth_root}"]
