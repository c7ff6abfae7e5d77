"""Documentation site: `make docs`.

The references of settings, commands and names are written from the program before each build.
"""

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "SpineDCE"), str(HERE)]

from reference_pages import write_references  # noqa: E402
from SpineDCELib.version import __version__  # noqa: E402

project = "SpineDCE"
author = "SpineDCE contributors"
copyright = "SpineDCE contributors"
version = release = __version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["generated/*.txt"]
html_theme = "furo"
html_title = f"SpineDCE {__version__}"
html_logo = "../Resources/Icons/SpineDCE.png"
html_theme_options = {
    "source_repository": "https://github.com/SpineDCE/SlicerSpineDCE/",
    "source_branch": "main",
    "source_directory": "docs/",
    "announcement": "For research; not a medical device.",
}
html_show_copyright = False
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
# Notebooks are executed by `make notebooks` and their test, with the outputs kept in the file.
nb_execution_mode = "off"
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_google_docstring = True
napoleon_use_rtype = False
suppress_warnings = ["myst.header"]


def setup(app: Sphinx) -> None:
    """Write the generated pages before Sphinx reads the sources."""
    write_references(HERE / "generated")
    app.connect("autodoc-process-docstring", keep_bars)


def keep_bars(_app: Sphinx, _kind: str, _name: str, _object: object, _how: object,
              lines: list[str]) -> None:  # fmt: skip
    """Keep the bars of absolute values, which reStructuredText takes for substitutions."""
    lines[:] = [re.sub(r"\|(?=\S)", r"\\|", line) for line in lines]
