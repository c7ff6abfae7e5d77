"""Report: escaped text, colour scale, PDF; names of export formats."""

import shutil

import numpy as np
import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.export.formats import FORMATS, parse_formats
from SpineDCELib.export.map_figures import Picture, best_slice, scale_top
from SpineDCELib.export.report import html_page as page
from SpineDCELib.export.report import pdf_printing as pdf
from SpineDCELib.series import Geometry

GEOMETRY = Geometry.from_parts((4, 20, 20), (2.0, 2.0, 5.0), (0, 0, 0), np.eye(3))


def test_format_names_are_checked():
    assert parse_formats("all") == FORMATS
    assert parse_formats("none") == ()
    assert parse_formats("nifti, dicom,nifti") == ("nifti", "dicom")
    with pytest.raises(InputError) as caught:
        parse_formats("report,docx")
    assert (caught.value.code, caught.value.about) == ("unknown_format", "docx")


def test_names_from_files_are_escaped():
    text = page.page(
        "<b>", "R&D", [page.heading("<i>"), page.table(["<th>"], [["<script>alert(1)</script>"]])]
    )
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "R&amp;D" in text
    assert text.count(page.NOTICE) == 2


def picture(vp, **regions):
    """Return a picture with regions that are named after their roles."""
    roles = {name: name.lower() for name in regions}
    return Picture(np.ones(GEOMETRY.shape), "T1", vp, GEOMETRY, regions, roles)


def region(slice_index, rows):
    mask = np.zeros(GEOMETRY.shape, bool)
    mask[slice_index, rows, 5:15] = True
    return mask


def test_the_aorta_does_not_set_the_colour_scale():
    vp = np.full(GEOMETRY.shape, 0.01)
    lesion, reference = region(2, slice(3, 8)), region(2, slice(12, 17))
    vp[lesion] = 0.06
    vp[:, :, 16:] = 0.5  # the aorta, a fifth of all voxels
    one = picture(vp, Lesion=lesion, Reference=reference, Aorta=vp > 0.4)
    assert scale_top([one]) == pytest.approx(7.2)
    assert scale_top([picture(vp)]) < 10
    assert best_slice(one) == 2


def test_visits_share_a_scale_that_is_at_least_five_times_marrow():
    vp = np.full(GEOMETRY.shape, 0.01)
    lesion, reference = region(1, slice(3, 8)), region(1, slice(12, 17))
    after = picture(vp.copy(), Lesion=lesion, Reference=reference)
    assert scale_top([after]) == pytest.approx(5.0)  # five times marrow
    vp[lesion] = 0.09
    before = picture(vp, Lesion=lesion, Reference=reference)
    assert scale_top([before, after]) == scale_top([before])


@pytest.mark.filterwarnings("error")
def test_a_reference_without_a_fitted_voxel_does_not_count_for_the_scale():
    vp = np.full(GEOMETRY.shape, 0.06)
    lesion, reference = region(1, slice(3, 8)), region(1, slice(12, 17))
    vp[reference] = np.nan
    assert scale_top([picture(vp, Lesion=lesion, Reference=reference)]) == pytest.approx(7.2)


def test_a_pdf_needs_a_browser(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    with pytest.raises(InputError) as caught:
        pdf.print_page(tmp_path / "report.html", tmp_path / "report.pdf")
    assert caught.value.code == "no_browser"


def test_a_page_is_printed(tmp_path):
    if not any(shutil.which(name) for name in pdf.BROWSERS):
        pytest.skip("no browser of the Chromium family is installed")
    html = tmp_path / "report.html"
    html.write_text(page.page("Perfusion", "nobody", [page.paragraph("text")]), encoding="utf-8")
    pdf.print_page(html, tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
