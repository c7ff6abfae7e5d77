"""Scene of 3D Slicer as one file (``.mrb``): a zip with an MRML scene and its data."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

from SpineDCELib.vocabulary.terminology import Code

#: Version of 3D Slicer whose scene format is written.
VERSION = "Slicer 5.8.1 33241"
#: Colour nodes that 3D Slicer has.
VIRIDIS = "vtkMRMLColorTableNodeFileViridis.txt"
GREY = "vtkMRMLColorTableNodeGrey"


class SceneFile:
    """A scene to which nodes are added one by one; their data are files in :attr:`data`.

    Args:
        name: of the folder in the zip.
        data: folder with the files of the nodes.
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
        """Add a scalar volume, in grey, or in viridis if ``shown_from`` is given.

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
        """Add a ``.seg.nrrd``, shown as outlines."""
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
        """Add a table with one row of headings."""
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
        """Set the volumes that the three slice views show."""
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
        """Write the zip: ``NAME/NAME.mrml`` and every file of the data folder in ``NAME/Data``."""
        ElementTree.indent(self._root)
        text = ElementTree.tostring(self._root, encoding="UTF-8", xml_declaration=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bundle:
            # Entries have no time, so that the same scene always gives the same file.
            _add(bundle, f"{self.name}/{self.name}.mrml", text)
            for file in sorted(self.data.iterdir()):
                _add(bundle, f"{self.name}/Data/{file.name}", file.read_bytes())


def _add(bundle: zipfile.ZipFile, name: str, content: bytes) -> None:
    bundle.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def _attributes(values: Mapping[str, str]) -> str:
    """Format attributes as MRML does: separated by semicolons, names and values by colons."""
    return ";".join(f"{quote(k, safe=' ')}:{quote(v, safe=' /(),')}" for k, v in values.items())


def _code(code: Code) -> str:
    value, scheme, meaning = code
    return f"CodeValue:{value}|CodingSchemeDesignator:{scheme}|CodeMeaning:{meaning}"
