"""The same workbook, the same bytes: a workbook without the moments at which it was made."""

import io
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.xml.constants import ARC_CORE, DCTERMS_NS
from openpyxl.xml.functions import tostring

EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP archive can tell."""
_MOMENTS: Final = {f"{{{DCTERMS_NS}}}created", f"{{{DCTERMS_NS}}}modified"}


def undated(book: Workbook) -> bytes:
    """Saves a workbook; the parts carry no time of writing, the properties none of making or changing."""
    saved, out = io.BytesIO(), io.BytesIO()
    book.save(saved)
    with ZipFile(saved) as parts, ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            part = _properties(book) if name == ARC_CORE else parts.read(name)
            archive.writestr(ZipInfo(name, EARLIEST), part, ZIP_DEFLATED)
    return out.getvalue()


def _properties(book: Workbook) -> bytes:
    tree = book.properties.to_tree()
    for child in [child for child in tree if child.tag in _MOMENTS]:
        tree.remove(child)
    properties: bytes = tostring(tree)
    return properties
