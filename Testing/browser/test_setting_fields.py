"""Every setting on the page reaches the visits that it belongs to, and their results follow."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from small_study import write_small_study
from SpineDCELib.settings import FORM, value_at

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from browser.page import Page, Program, markup, sample_home, skip_without_browser

from SpineDCEWidget.browser.setting_fields import parsed_value, variable
from SpineDCEWidget.shared.session import SHOWN_VISITS
from SpineDCEWidget.shared.setting_groups import CORRECTIONS, OWN_VARIABLES, page_settings
from SpineDCEWidget.shared.study_opening import open_images

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

#: What a user enters, where no rule gives a value that differs from the present one.
ENTERED = {
    "reading.frame_interval": "6",
    "reading.footprint": "8",
    "reading.frame_times": ",".join(str(5 * i) for i in range(60)),
    "aif.source": "parker",
    "concentration.T1_source": "muscle",
    "fit.shift": 3.0,
    "fit.shifts": "Aorta=2.5",
    "reading.excluded_frames": "30,31",
}
#: Setting → others that let the results depend on it.
WITH = {
    "aif.fitted": {"aif.source": "georgiou"},
    "fit.shifts": {"fit.shift_by": "region"},
    "reading.footprint": {"aif.source": "georgiou"},
}
#: Settings that the results do not depend on: T10 is one value, the AIF is not of a population, no
#: value is implausible, and no region comes from a file or has the name of a level.
WITHOUT_EFFECT = {
    "concentration.muscle_T10",
    "reading.resample_regions",
    "reading.reference_level",
    "contrast.dose",
    "reading.accept_implausible",
    "contrast.rate",
    "contrast.concentration",
    "aif.time_unit",
    "aif.medium",
}


@pytest.fixture(scope="module")
def loop():
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def station(tmp_path_factory, loop):
    """The program behind the page, with two visits whose maps are computed."""
    skip_without_browser()
    from SpineDCEWidget.browser import app

    series = write_small_study(tmp_path_factory.mktemp("study")).series

    async def start():
        made = app.Workstation()
        made.autosave.save = lambda: None
        for name in SHOWN_VISITS:
            visit = made.session.open(name, open_images(series), study=series)
            artery = visit.analysis.study.dynamic.signal[0] > -1
            artery[..., 1:] = False
            made.session.load_regions(visit, {"Aorta": artery}, {"Aorta": "aorta"})
            made.session.choose(
                visit, {"aif.source": "mask", "concentration.T1_source": "fixed",
                        "concentration.T10": 0.8, "fit.shift": 0.0},
            )  # fmt: skip
            made.study_opened(visit)
        made.state.ready()  # as a started server does
        return made

    patch = pytest.MonkeyPatch()
    patch.setattr(app, "_COMPUTE_DELAY", 1e6)  # the test asks what is out of date
    # A separate server: the program of another test would react to its changes, too.
    patch.setattr(app, "get_server", partial(app.get_server, "settings"))
    made = loop.run_until_complete(start())
    yield made
    patch.undo()
    made.app.scene.Clear(True)


def _entered(path, present):
    field = FORM[path]
    if path in ENTERED:
        return ENTERED[path]
    if field.kind == "switch":
        return not present
    if field.kind == "choice":
        return next(choice for choice in field.choices if choice not in (present, None))
    if field.kind == "count":
        return "7"
    return field.text(field.low + (field.high - field.low) / 4)


async def _set(station, **values):
    with station.state as state:
        state.update(values)


async def _undo(station):
    with station.state:
        station.undo()


async def _enter(station, path, value):
    """Change a variable as the page does, and wait until nothing is being done."""
    await _set(station, **{OWN_VARIABLES.get(path) or variable(path): value})
    while station._tasks or (station.arteries._moving and not station.arteries._moving.done()):
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("path", [*page_settings(), *OWN_VARIABLES])
def test_a_setting_of_the_page_changes_its_visits_and_their_results_are_out_of_date(
    station, loop, path
):
    selected, other = (station.session.visit(name) for name in SHOWN_VISITS)
    loop.run_until_complete(_set(station, visit=selected.name, error=""))
    for visit in (selected, other) if path in WITH else ():
        station.session.choose(visit, WITH[path])
    before = {visit.name: visit.settings for visit in (selected, other)}
    for visit in (selected, other):
        if not visit.is_current:
            station.session.compute(visit)
    value = _entered(path, value_at(selected.settings, path))
    expected = parsed_value(path, value)

    loop.run_until_complete(_enter(station, path, value))

    assert station.state.error == ""
    assert value_at(selected.settings, path) == pytest.approx(expected)
    common = FORM[path].scope == "common"
    if common:
        assert value_at(other.settings, path) == pytest.approx(expected)
    else:
        assert other.settings == before[other.name]
    assert selected.is_current == (path in WITHOUT_EFFECT)
    assert other.is_current == (path in WITHOUT_EFFECT or not common)
    assert station.state[OWN_VARIABLES.get(path) or variable(path)] == value
    assert station.state.updating

    loop.run_until_complete(_undo(station))
    assert selected.settings == before[selected.name]
    assert station.state[OWN_VARIABLES.get(path) or variable(path)] != value
    for visit in (selected, other) if path in WITH else ():
        station.session.choose(visit, {"aif.source": "mask", "fit.shift_by": "region"})


def test_a_value_that_is_not_allowed_is_shown_and_replaced(station, loop):
    visit = station.visit
    name = variable("aif.Hct")
    present = station.state[name]
    loop.run_until_complete(_enter(station, "aif.Hct", "45"))
    assert "Hct" in station.state.error
    assert station.state[name] == present
    assert value_at(visit.settings, "aif.Hct") == pytest.approx(float(present))


def test_the_fields_follow_the_selected_visit(station, loop):
    loop.run_until_complete(_enter(station, "aif.Hct", "0.5"))
    name, other = variable("aif.Hct"), SHOWN_VISITS[1]
    assert station.state[name] == "0.5"
    station.select(other)
    assert station.state[name] == "0.42"
    assert value_at(station.session.visit(other).settings, "aif.Hct") == 0.42


def test_a_message_goes_with_the_next_step_or_successful_action(station, loop):
    visit = station.visit

    async def act(action):
        with station.state:
            station.regions.take("Aorta")
        assert "unlock it" in station.state.error
        action()
        assert station.state.error == ""

    async def use():
        station.regions.toggle_locked("Aorta")
        await act(lambda: station.go_to_step(2))
        await act(lambda: station.regions.arm("lesion"))
        await act(station.undo)
        station.redo()
        await act(lambda: station.regions.toggle_locked("Aorta"))
        assert "Aorta" not in visit.state.locked

    loop.run_until_complete(use())


def test_the_readers_name_is_taken_as_it_is_typed(station, loop):
    for typed in ("A", "A. ", "A. Reader"):
        loop.run_until_complete(_set(station, reader_name=typed))
        assert station.session.report.reader == typed.strip()
        station.result.refresh()
        assert station.state.reader_name == typed
    page = markup(station.state)
    field = page[page.index('id="reader"') - 300 :][:400]
    assert 'v-model="reader_name"' in field
    assert "!(reader_name || '').trim()" in page


def test_every_correction_is_on_the_page():
    assert set(CORRECTIONS) <= set(page_settings())


@pytest.mark.long
def test_a_user_types_chooses_and_ticks(tmp_path_factory):
    """In a real browser, one control of each kind is sent to the program."""
    home = sample_home(tmp_path_factory, "quick")
    program = Program(home)
    page = Page(program.address)

    def changed(label):
        page.wait(lambda: page.state("undo_text").startswith(f"Change {label}"), 30, label)

    try:
        page.click("#sample")
        page.opened()
        page.keys("4")
        page.click("#setting-aif-Hct")
        page.element("#setting-aif-Hct").send_keys(
            "\ue009a\ue000", "0.5\ue007"
        )  # select all, then type and press Enter
        changed("Hct")
        page.click(".v-field:has(#setting-fit-model)")
        page.click(".v-overlay--active .v-list-item:not(.v-list-item--active)")
        changed("Model")
        page.js("document.querySelectorAll('details.folded').forEach((e) => (e.open = true))")
        page.js("document.querySelector('#setting-preprocessing-time-on').click()")
        changed("Smooth in time")
        page.click(".step-head")
        page.click("#setting-reading-FA")
        page.element("#setting-reading-FA").send_keys("25\ue007")
        page.wait(lambda: page.state("undo_text").startswith("Correct the acquisition"), 30, "FA")
        page.settled()
        assert page.state("error") == ""
        assert page.state("setting_reading_FA") == "25"
        assert page.troubles() == []
    finally:
        page.quit()
        program.stop()
    assert program.troubles() == []
