"""The one version of WeasyPrint that this folder is made for.

It changes private parts of WeasyPrint, which other versions lack or use in another way: 66 and 68
have no such names, and 69 breaks lines wrongly without saying so.
"""

from __future__ import annotations

from deckpress.toolchain import installed_versions
from exporters.job import PrinterError

VERSION = "70.0"


def require_version() -> None:
    """Make sure that WeasyPrint can be used here; loads it.

    Raises:
        PrinterError: another version is installed, or none, or Pango is missing.
    """
    found = installed_versions(("weasyprint",))["weasyprint"]
    if found != VERSION:
        raise PrinterError(found=found, wanted=VERSION)
    try:
        import weasyprint  # noqa: F401 - it loads Pango
    except (ImportError, OSError) as error:
        first = str(error).partition("\n")[0]
        raise PrinterError(reason=first) from error
