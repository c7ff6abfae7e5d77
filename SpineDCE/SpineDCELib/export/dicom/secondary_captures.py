"""Pictures for viewers that show nothing else: Vp over the anatomy, and the triptych."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.export.dicom.equipment import EQUIPMENT
from SpineDCELib.export.dicom.source_images import Sources
from SpineDCELib.export.map_figures import Picture, scale_top
from SpineDCELib.export.optional_packages import require_matplotlib
from SpineDCELib.vocabulary.colour_maps import TRANSPARENT_BELOW
from SpineDCELib.vocabulary.quantities import QUANTITIES

#: Share of the colour where Vp is shown over the anatomy.
_OPACITY = 0.75


def fused_slices(picture: Picture, *, sources: Sources, series_number: int) -> list[Any]:
    """Return one colour image per slice, with the position of the slice in the patient.

    Raises:
        InputError: matplotlib, which has the colours, is not installed.
    """
    require_matplotlib("Vp over the anatomy")
    colours = fused_colours(picture)
    spacing = picture.geometry.spacing
    title = f"Vp over {picture.anatomy_name}, 0 to {scale_top([picture]):.3g} mL/100 mL"
    made = []
    series = _uid()
    for number, colour in enumerate(colours):
        image = _capture(colour, sources, series, series_number, number + 1, title)
        image.PixelSpacing = [float(spacing[1]), float(spacing[0])]
        image.SliceThickness = float(spacing[2])
        image.FrameOfReferenceUID = sources.images[0].FrameOfReferenceUID
        image.PositionReferenceIndicator = ""
        image.ImageOrientationPatient = [
            float(f"{v:.8f}") for v in sources.orientation[0].ImageOrientationPatient
        ]
        image.ImagePositionPatient = [
            float(f"{v:.6f}") for v in sources.positions[number][0].ImagePositionPatient
        ]
        made.append(image)
    return made


def triptych_capture(figure: Any, *, sources: Sources, series_number: int) -> Any:
    """Return a figure as a colour image."""
    from matplotlib.image import imread

    stream = io.BytesIO()
    figure.savefig(
        stream, dpi=120, facecolor=figure.get_facecolor(), bbox_inches="tight", format="png"
    )
    stream.seek(0)
    pixels = np.rint(np.asarray(imread(stream))[..., :3] * 255).astype(np.uint8)
    return _capture(pixels, sources, _uid(), series_number, 1, "Anatomy, Vp, and Vp over anatomy")


def fused_colours(picture: Picture) -> NDArray[np.uint8]:
    """Return Vp over the anatomy as colours, ``(slices, rows, columns, 3)``."""
    from matplotlib import colormaps

    grey = np.asarray(picture.anatomy, float)
    low, high = np.percentile(grey[np.isfinite(grey)], (1, 99.5))
    grey = np.clip((np.nan_to_num(grey) - low) / max(high - low, 1e-12), 0, 1)
    top = scale_top([picture])
    value = picture.vp * 100
    shown = value > TRANSPARENT_BELOW * top
    colour = colormaps[QUANTITIES["vp"].colours](np.clip(np.nan_to_num(value) / top, 0, 1))
    mixed = np.repeat(grey[..., None], 3, axis=-1)
    mixed[shown] = _OPACITY * colour[..., :3][shown] + (1 - _OPACITY) * mixed[shown]
    mixed_bytes: NDArray[np.uint8] = np.rint(mixed * 255).astype(np.uint8)
    return mixed_bytes


def _uid() -> str:
    import highdicom as hd

    return str(hd.UID())


def _capture(
    pixels: NDArray[np.uint8], sources: Sources, series: str, series_number: int, number: int,
    title: str,
) -> Any:  # fmt: skip
    import highdicom as hd
    from pydicom.uid import ExplicitVRLittleEndian

    image = hd.sc.SCImage.from_ref_dataset(
        sources.images[0],
        pixel_array=np.ascontiguousarray(pixels),
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        patient_orientation=_orientation(sources),
        series_instance_uid=series,
        series_number=series_number,
        sop_instance_uid=_uid(),
        instance_number=number,
        manufacturer=EQUIPMENT["manufacturer"],
        transfer_syntax_uid=ExplicitVRLittleEndian,
    )
    image.SeriesDescription = f"SpineDCE {title}"[:64]
    image.ManufacturerModelName = EQUIPMENT["manufacturer_model_name"]
    image.SoftwareVersions = EQUIPMENT["software_versions"]
    image.BurnedInAnnotation = "NO"
    image.BodyPartExamined = "SPINE"  # of no side, so that no laterality is missing
    return image


def _orientation(sources: Sources) -> tuple[str, str]:
    """Return the directions of rows and columns as letters (PS3.3 C.7.6.1.1.1)."""
    cosines = np.reshape(np.asarray(sources.orientation[0].ImageOrientationPatient, float), (2, 3))
    letters = (("R", "L"), ("A", "P"), ("F", "H"))

    def named(vector: NDArray[np.float64]) -> str:
        order = np.argsort(-np.abs(vector))
        return "".join(letters[i][int(vector[i] > 0)] for i in order if abs(vector[i]) > 0.1)

    return named(cosines[0]), named(cosines[1])
