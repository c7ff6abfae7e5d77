"""Draw docs/images/phantom.png from a study: python docs/images/phantom.py STUDY."""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import SimpleITK as sitk


def volume(folder, first=0, count=None):
    files = sorted(map(str, folder.glob("*.dcm")))
    return sitk.GetArrayFromImage(
        sitk.ReadImage(files[first : None if count is None else first + count])
    )[..., :, :].astype(float)


def main(study):
    dicom, truth = study / "dicom", study / "truth"
    folder = {p.name[3:]: p for p in dicom.iterdir()}
    rois = sitk.GetArrayFromImage(sitk.ReadImage(str(truth / "rois.seg.nrrd")))
    vp = sitk.GetArrayFromImage(sitk.ReadImage(str(truth / "vp.nrrd")))
    sections = rois.shape[0]
    counts = (rois == 1).sum(axis=(1, 2))
    section = int(counts.argmax())
    table = np.loadtxt(truth / "aif_frames.csv", delimiter=",", skiprows=1)
    peak = int(table[:, 1].argmax())
    dynamic = folder["dce_sag_perfusion"]
    anatomical = volume(folder["t1_sag"])
    middle = round((section - (sections - 1) / 2) * 5 / 4 + (anatomical.shape[0] - 1) / 2)
    panels = [
        ("T1", anatomical[middle], "gray"),
        ("T2", volume(folder["t2_sag"])[middle], "gray"),
        ("STIR", volume(folder["stir_sag"])[middle], "gray"),
        ("DCE, before contrast", volume(dynamic, 0, sections)[section], "gray"),
        ("DCE, two frames after the peak",
         volume(dynamic, (peak + 2) * sections, sections)[section], "gray"),
        ("true vp, expert ROIs", vp[section], "inferno"),
    ]  # fmt: skip
    figure, axes = plt.subplots(1, 6, figsize=(15, 4.25), facecolor="black")
    for ax, (title, image, colours) in zip(axes, panels, strict=True):
        n = image.shape[1]
        top = 0.12 if title.startswith("true") else np.percentile(image, 97)
        ax.imshow(image, cmap=colours, vmin=0, vmax=top, interpolation="bilinear")
        ax.set_xlim(0.28 * n, 0.90 * n)
        if title.startswith("true"):
            for label, colour in ((1, "red"), (2, "lime"), (3, "cyan")):
                ax.contour(rois[section] == label, [0.5], colors=colour, linewidths=0.9)
        ax.set_title(title, color="white", fontsize=10)
        ax.axis("off")
    figure.subplots_adjust(0, 0, 1, 0.94, 0.01, 0)
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=82, pil_kwargs={"optimize": True})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
