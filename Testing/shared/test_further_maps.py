"""Maps that are computed when they are asked for, that of a comparison, and the figure."""

from types import SimpleNamespace

import numpy as np
import pytest
from mrml.scenes import compute, images_of, new_scene, write_visits
from PIL import Image
from SpineDCELib.errors import InputError
from SpineDCELib.mrml.volume_nodes import array_of
from SpineDCELib.run.inputs import read_regions, read_roles
from SpineDCELib.vocabulary.quantities import times

from SpineDCEWidget.shared.formatting import threshold_text
from SpineDCEWidget.shared.maps_figure import figure_job
from SpineDCEWidget.shared.session import Session

pytestmark = pytest.mark.slow

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")

BOTH = ("baseline", "follow-up")


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    return dict(zip(BOTH, write_visits(tmp_path_factory).values(), strict=True))


@pytest.fixture
def session(studies):
    session = Session(new_scene())
    for name in BOTH:
        dicom, regions = studies[name]
        visit = session.open(name, images_of(dicom), study=dicom)
        masks = read_regions([str(regions)], visit.analysis.study.dynamic.geometry)
        session.load_regions(visit, masks, read_roles([str(regions)]))
        compute(session, visit)
    return session


def test_the_probability_is_shown_in_the_lesion_of_the_visit_that_was_compared(session):
    first, last = session.pair
    session.compare(flip_runs=0)
    (lesion,) = session.comparison.lesions
    shown = array_of(last.maps["probability"])
    np.testing.assert_allclose(shown, 100 * lesion.residual.probability, rtol=1e-5, atol=1e-6)
    inside = np.isfinite(shown)
    assert inside.any()
    assert (last.state.regions[lesion.name][inside]).all()
    assert last.maps["probability"].GetDisplayNode().GetWindowLevelMax() == 100
    assert "probability" not in first.maps
    assert threshold_text(session) == f"{lesion.name} {times(lesion.residual.threshold)}"
    assert last.is_current, "nobody else changed the maps"
    session.follow_scene()
    assert last.is_current


def test_a_probability_of_earlier_maps_goes_with_them(session):
    first, last = session.pair
    session.compare(flip_runs=0)
    session.move_shift(last, last.shift_in_use + 1.0)
    compute(session, last)
    assert "probability" not in last.maps
    session.compare(flip_runs=0)
    assert "probability" in last.maps
    session.close_visit(first)
    assert "probability" not in last.maps
    assert session.follow_scene() is None or last.is_current


def test_groups_of_maps_are_computed_while_they_are_asked_for(session):
    first = session.pair[0]
    session.further = frozenset({"errors"})
    compute(session, first)
    assert "vp_SE" in first.maps
    assert "TTP" not in first.maps
    errors, vp = array_of(first.maps["vp_SE"]), array_of(first.maps["vp"])
    lesion = next(m for n, m in first.state.regions.items() if first.state.roles[n] == "lesion")
    assert 0 < np.nanmedian(errors[lesion]) < np.nanmedian(vp[lesion])
    session.further = frozenset()
    compute(session, first)
    assert "vp_SE" not in first.maps


def test_only_maps_that_are_fitted_again_follow_the_shift(session):
    first = session.pair[0]
    session.further = frozenset({"errors", "descriptive"})
    compute(session, first)
    before = {name: array_of(node).copy() for name, node in first.maps.items()}
    session.move_shift(first, first.shift_in_use + 2.0, slices=[1])
    follows = {name for name in before if first.follows_shift(name)}
    moved = {
        name for name, node in first.maps.items()
        if not np.array_equal(array_of(node)[1], before[name][1], equal_nan=True)
    }  # fmt: skip
    assert moved <= follows
    assert {"vp", "Ktrans", "R2"} <= moved
    assert not follows & {"vp_SE", "TTP", "PE"}


def test_the_figure_has_a_row_for_each_visit_and_names_nobody(session, tmp_path):
    path = figure_job(session, tmp_path).run()
    picture = Image.open(path)
    assert min(picture.size) > 1500
    assert set(picture.info) <= {"Software", "dpi"}
    session.close_visit(session.pair[1])
    assert Image.open(figure_job(session, tmp_path / "one").run()).size[1] < picture.size[1]


def test_a_figure_of_maps_that_are_out_of_date_is_refused(session, tmp_path):
    session.choose(session.pair[0], {"aif.Hct": 0.3})
    with pytest.raises(InputError, match="baseline visit have changed"):
        figure_job(session, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_map_in_view_is_marked_exactly_while_it_is_out_of_date(session):
    app = pytest.importorskip("SpineDCEWidget.browser.app", reason="trame is not installed")
    first, last = session.pair
    session.further = frozenset({"errors"})
    session.compute(first)
    session.compare(flip_runs=0)
    state = SimpleNamespace(outdated={}, map_name="vp")
    page = SimpleNamespace(session=session, state=state)

    def marked(name):
        state.map_name = name
        state.outdated = {v.name: "shift" for v in (first, last) if not v.is_current}
        rows = ("baseline", "follow-up")
        return [row for row in rows if app.Workstation._is_map_outdated(page, row)]

    for name in ("vp", "vp_SE", "probability"):
        assert marked(name) == []
    session.move_shift(first, first.shift_in_use + 1.0)
    assert marked("vp") == []
    assert marked("vp_SE") == ["baseline"]
    assert marked("probability") == ["follow-up"]
