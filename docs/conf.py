"""The documentation: ``nox -s docs`` builds it into ``build/docs``. Pages of rules, symptoms and commands come from the code."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))
sys.path[:0] = [str(HERE.parent / "src"), str(HERE.parent / "checks")]

from envdoctor import __version__  # noqa: E402

project = "envdoctor"
author = "the envdoctor developers"
copyright = author
release = __version__
extensions = ["myst_parser", "sphinx_copybutton", "sphinx_design", "envdoctor_pages"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_ext", "_generated_example.md"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]  # rules' pages begin with the rule's name, and Markdown's tables stay as they are
nitpicky = True

html_theme = "pydata_sphinx_theme"
html_title = "envdoctor"
html_static_path = ["_static"]
html_css_files = ["envdoctor.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_nav_level": 1,
    "navigation_depth": 2,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "header_links_before_dropdown": 7,
}
# Hundreds of pages of one kind: their index, a filter and the search lead there, no list beside each of them.
html_sidebars = {"symptoms/**": [], "rules/**": []}
copybutton_prompt_text = r"\$ "
copybutton_prompt_is_regexp = True
