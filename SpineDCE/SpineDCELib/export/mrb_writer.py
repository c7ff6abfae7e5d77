"""A scene of 3D Slicer as one file (``.mrb``): a zip with a MRML scene and a folder of data."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

#: The dialect that is written, as 3D Slicer names it.
VERSION = "Slicer 5.8.1 33241"
#: Ships with 3D Slicer.
VIRIDIS = "vtkMRMLColorTableNodeFileViridis.txt"
GREY = "vtkMRMLColorTableNodeGrey"

Code = tuple[str, str, str]  # value, scheme, meaning


class SceneFile:
    """Nodes gathered one by one; their data lie as files in :attr:`data` beforehand.

    Args:
        name: of the folder in the zip.
        data: folder with the files that nodes name.
    """

    def __init__(self, name: str, data: Path) -> None:
        self.name, self.data = name, data
        self._root = ElementTree.Element("MRML", version=VERSION, userTags="")
        self._count = 0

    def _node(self, tag: str, kind: str, name: str, **attributes: str) -> str:
        self._count += 1
        identity = f"vtkMRML{kind}Node{self._count}"
        ElementTree.SubElement(self._root, tag, {"id": identity, "name": name, **attributes})
        return identity

    def volume(
        self,
        name: str,
        file: str,
        *,
        window: tuple[float, float],
        shown_from: float | None = None,
        unit: Code | None = None,
        quantity: Code | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> str:
        """A scalar volume; in grey, or in viridis where ``shown_from`` says what is transparent.

        Args:
            window: values at the two ends of the colours.
            shown_from: values below, and NaN, are transparent.

        Returns:
            The node's ID.
        """
        low, high = window
        display = self._node(
            "VolumeDisplay",
            "ScalarVolumeDisplay",
            f"{name} display",
            colorNodeID=GREY if shown_from is None else VIRIDIS,
            window=f"{high - low:.9g}",
            level=f"{(high + low) / 2:.9g}",
            autoWindowLevel="0",
            applyThreshold="0" if shown_from is None else "1",
            autoThreshold="0",
            lowerThreshold=f"{low if shown_from is None else shown_from:.9g}",
            upperThreshold="1e+30",
            interpolate="1" if shown_from is None else "0",
        )
        codes = {"voxelValueUnits": unit, "voxelValueQuantity": quantity}
        return self._node(
            "Volume",
            "ScalarVolume",
            name,
            references=f"display:{display};{self._storage('VolumeArchetype', file)}",
            attributes=_attributes(attributes or {}),
            **{key: _code(code) for key, code in codes.items() if code is not None},
        )

    def segmentation(self, name: str, file: str) -> str:
        """A ``.seg.nrrd``, shown as outlines."""
        display = self._node(
            "SegmentationDisplay",
            "SegmentationDisplay",
            f"{name} display",
            Visibility2DFill="false",
            Visibility2DOutline="true",
        )
        return self._node(
            "Segmentation",
            "Segmentation",
            name,
            references=f"display:{display};{self._storage('Segmentation', file)}",
        )

    def table(self, name: str, file: str, attributes: Mapping[str, str] | None = None) -> str:
        """A table with one row of headings."""
        return self._node(
            "Table",
            "Table",
            name,
            references=self._storage("Table", file),
            attributes=_attributes(attributes or {}),
            locked="true",
            useColumnTitleAsColumnHeader="true",
        )

    def shown(self, background: str, foreground: str, *, opacity: float) -> None:
        """What the three slice views show."""
        for view in ("Red", "Green", "Yellow"):
            ElementTree.SubElement(
                self._root,
                "SliceComposite",
                {
                    "id": f"vtkMRMLSliceCompositeNode{view}",
                    "name": "SliceComposite",
                    "singletonTag": view,
                    "layoutName": view,
                    "references": f"backgroundVolume:{background};foregroundVolume:{foreground};",
                    "foregroundOpacity": f"{opacity:g}",
                    "linkedControl": "1",
                },
            )

    def _storage(self, kind: str, file: str) -> str:
        if not (self.data / file).is_file():
            raise FileNotFoundError(self.data / file)
        storage = self._node(
            f"{kind}Storage", f"{kind}Storage", f"{file} storage", fileName=quote(f"Data/{file}")
        )
        return f"storage:{storage};"

    def write(self, path: Path) -> None:
        """The zip: ``NAME/NAME.mrml`` and every file of the data folder in ``NAME/Data``."""
        ElementTree.indent(self._root)
        text = ElementTree.tostring(self._root, encoding="UTF-8", xml_declaration=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bundle:
            # Without a time of its own an entry is the same whenever it is written.
            _add(bundle, f"{self.name}/{self.name}.mrml", text)
            for file in sorted(self.data.iterdir()):
                _add(bundle, f"{self.name}/Data/{file.name}", file.read_bytes())


def _add(bundle: zipfile.ZipFile, name: str, content: bytes) -> None:
    bundle.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def _attributes(values: Mapping[str, str]) -> str:
    """MRML's own list in one attribute: colons and semicolons part it."""
    return ";".join(f"{quote(k, safe=' ')}:{quote(v, safe=' /(),')}" for k, v in values.items())


def _code(code: Code) -> str:
    value, scheme, meaning = code
    return f"CodeValue:{value}|CodingSchemeDesignator:{scheme}|CodeMeaning:{meaning}"
