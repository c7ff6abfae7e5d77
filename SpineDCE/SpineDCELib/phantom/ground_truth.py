"""Ground truth of a study: parameter maps, input function, expert ROIs, sizes."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import sparse

from SpineDCELib.phantom import forward_model as forward
from SpineDCELib.phantom import protocol
from SpineDCELib.phantom import true_sizes as sizes
from SpineDCELib.phantom.conditions import Conditions
from SpineDCELib.phantom.dicom_writer import Examination
from SpineDCELib.phantom.painting import fractions
from SpineDCELib.phantom.roi_files import terminology, write_dicom_seg, write_seg_nrrd
from SpineDCELib.series.dynamic_series import Geometry
from SpineDCELib.series.segmentation_files import write_segmentation

if TYPE_CHECKING:
    from SpineDCELib.phantom.patient_grid import Scene
    from SpineDCELib.phantom.patients import Patient

#: File name, property of the tissue, unit.
MAPS = (("vp", "1"), ("Ktrans", "1/min"), ("ve", "1"), ("T10", "s"), ("delay", "s"))


def write(
    folder: Path,
    scene: Scene,
    patient: Patient,
    visit: str,
    exam: Examination,
    sections: list[Path],
) -> None:
    """Write everything into ``folder``; ``sections`` are the files of the first dynamic frame.

    The DICOM segmentation needs highdicom and is left out without it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    maps = parameter_maps(scene, scene.shares, scene.geometry)
    for (name, unit), array in zip(MAPS, maps, strict=True):
        write_nrrd(folder / f"{name}.nrrd", array, scene.geometry, {"unit": unit})
    if scene.size.complete:
        fine = protocol.fine_grid(scene.size, _column_centre(scene), exam.frame_of_reference_uid)
        tissues = scene.anatomy.tissues
        shares = fractions(
            scene.anatomy.paints,
            [t.name for t in tissues],
            fine,
            pose=scene.visit.pose,
            oversample=(1, 1, 1),
        )
        for (name, unit), array in zip(MAPS, parameter_maps(scene, shares, fine), strict=True):
            write_nrrd(folder / f"{name}_fine.nrrd", array, fine, {"unit": unit})
    write_aif(folder, scene)
    write_seg_nrrd(folder / "rois.seg.nrrd", scene.rois, scene.geometry)
    masks, grid = sizes.outline(
        scene.anatomy.lesion,
        scene.anatomy.bone,
        pose=scene.visit.pose,
        frame_of_reference_uid=exam.frame_of_reference_uid,
    )
    write_segmentation(
        folder / "size.seg.nrrd",
        masks,
        grid,
        terminology=dict.fromkeys(masks, terminology("lesion")),
    )
    if scene.size.complete:
        write_dicom_seg(folder / "rois.seg.dcm", scene.rois, sections, exam)
    text = json.dumps(facts(scene, patient, visit, maps), indent=2)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")


def _column_centre(scene: Scene) -> NDArray[np.float64]:
    """The middle of the dynamic slab, moved back to the column."""
    middle = scene.geometry.affine @ [*(np.array(scene.geometry.shape[::-1]) - 1) / 2, 1]
    values: NDArray[np.float64] = np.round(middle[:3] + [0.0, 30.0, 0.0])
    return values


def parameter_maps(
    scene: Scene, shares: sparse.csr_matrix, geometry: Geometry
) -> list[NDArray[np.float32]]:
    """Average vp, Ktrans, ve, T10 and delay by volume over the tissues of each voxel.

    The delay is the mean arrival after the reference level of the aorta: the pure shift and the
    mixing times together. It and T10 are averaged over what enhances and what gives signal; NaN
    where nothing does.
    """
    tissues = scene.anatomy.tissues
    vp, Ktrans, ve, M0 = (scene.column(n) for n in ("vp", "Ktrans", "ve", "M0"))
    flow = np.array([t.flow for t in tissues])
    vp = np.where(flow, 1 - scene.visit.hct, vp)
    delay = np.array(
        [t.delay + (0.0 if t.name.startswith("aorta") else t.dispersion) for t in tissues]
    )

    def on_grid(values: NDArray[Any]) -> NDArray[np.float32]:
        result: NDArray[np.float32] = (shares @ values.astype(np.float32)).reshape(geometry.shape)
        return result

    def weighted(values: NDArray[Any], weights: NDArray[Any]) -> NDArray[np.float32]:
        total = on_grid(weights)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(total > 0, on_grid(values * weights) / total, np.nan)

    enhancing = vp + ve
    return [
        on_grid(vp),
        on_grid(Ktrans),
        on_grid(ve),
        weighted(scene.column("T10"), M0),
        weighted(delay, enhancing),
    ]


def write_nrrd(
    path: Path, array: NDArray[Any], geometry: Geometry, words: dict[str, str] | None = None
) -> None:
    """One map, compressed, with its geometry (LPS)."""
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(geometry.spacing)
    image.SetOrigin(tuple(map(float, geometry.origin)))
    image.SetDirection(geometry.direction.ravel().tolist())
    for key, value in (words or {}).items():
        image.SetMetaData(key, value)
    sitk.WriteImage(image, str(path), useCompression=True)


def aif_segment(scene: Scene) -> int:
    """Label of the aorta's reference segment, where the delay is 0."""
    labels = scene.anatomy.index("aorta ")
    return int(min(labels, key=lambda i: abs(scene.anatomy.tissues[i].delay)))


def write_aif(folder: Path, scene: Scene) -> None:
    """Write the input function on the fine time axis, and its mean over each frame.

    Frame times count from the first frame, and a frame shows the mean over its acquisition: its
    middle. So time 0 is the middle of the first frame, in both files.
    """
    Cp = scene.Cp[aif_segment(scene)]
    Cb = Cp * (1 - scene.visit.hct)
    length, starts = scene.size.interval, protocol.frame_times(scene.size)
    frames = forward.frame_mean(scene.times, np.stack([Cb, Cp]), starts=starts, length=length)
    header = "time [s],Cb [mM],Cp [mM]"
    for name, t, pair in (
        ("aif.csv", scene.times - length / 2, np.stack([Cb, Cp])),
        ("aif_frames.csv", starts, frames),
    ):
        table = np.column_stack([t, *pair])
        np.savetxt(folder / name, table, "%.6g", ",", header=header, comments="")


def facts(scene: Scene, patient: Patient, visit: str, maps: list[NDArray[Any]]) -> dict[str, Any]:
    """Collect all single numbers, for ``truth.json``."""
    plan, anatomy = scene.visit.plan, scene.anatomy
    rois: dict[str, dict[str, float]] = {}
    for name in scene.rois.names:
        mask = scene.rois.mask(name)
        rois[name] = {"voxels": int(mask.sum())}
        if not mask.any():
            continue
        for (key, unit), array in zip(MAPS, maps, strict=True):
            label = key if unit == "1" else f"{key}_{unit.replace('1/', 'per_')}"
            rois[name][label] = _number(np.nanmean(array[mask], dtype=np.float64))
    lesion, reference = rois["lesion"], rois["reference"]
    conditions = scene.visit.conditions
    drawn = {} if conditions == Conditions() else {"conditions": asdict(conditions)}
    return {
        "patient": patient.key,
        "visit": visit,
        "response": patient.response,
        "size": sizes.describe(
            anatomy.lesion, anatomy.bone, anchor=anatomy.anchor, scale=plan.lesion_scale
        ),
        "normalised_vp": _number(lesion["vp"] / reference["vp"]),
        "normalised_Ktrans": _number(lesion["Ktrans_per_min"] / reference["Ktrans_per_min"]),
        "rois": rois,
        "levels": {
            "lesion": plan.lesion.level,
            "extension": plan.lesion.extension,
            "reference": plan.reference,
            "haemangioma": plan.haemangioma,
            "recent_benign_fracture": plan.fracture,
            "fatty": [k for k, v in plan.marrow.items() if v == "fatty marrow"],
        },
        "contrast_agent": {
            "r1_per_s_per_mM": conditions.r1,
            "r2star_per_s_per_mM": conditions.r2,
            "hct": scene.visit.hct,
        },
        "acquisition": {
            "TR_s": conditions.TR,
            "TE_s": conditions.TE,
            "FA_deg": conditions.FA,
            "frame_interval_s": scene.size.interval,
            "frames": scene.size.frames,
            "marrow_snr": scene.visit.snr,
            "gain": scene.visit.gain,
        },
        "time_zero": "middle of the first frame's acquisition",
        **drawn,
    }


def _number(value: float) -> float:
    return float(f"{value:.8g}")
