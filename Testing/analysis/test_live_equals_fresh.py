"""A live analysis equals a fresh one after any sequence of changes.

The number of steps is 200 by default; ``SPINEDCE_PROPERTY_MINUTES`` runs the test for longer.
"""

import dataclasses
import os
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from SpineDCELib.aif import CurveFile, Selection, parker
from SpineDCELib.aif.manual_selection import Ball
from SpineDCELib.analysis import Analysis
from SpineDCELib.concentration import spgr_signal
from SpineDCELib.data import Images
from SpineDCELib.errors import SpineDCEError
from SpineDCELib.kinetics.models import extended_tofts
from SpineDCELib.measurement import measure_size
from SpineDCELib.series import Acquisition, DynamicSeries, FlipAngleSet, Geometry, Source, Volume
from SpineDCELib.settings import Settings, changed

SHAPE, TR, FA = (3, 10, 12), 0.0045, 25.0
T = np.arange(0, 200, 5.0)
GEOMETRY = Geometry(SHAPE, np.diag([1.5, 1.5, 4.0, 1.0]))
ROLES = ("lesion", "reference", "exclusion", "aorta", "muscle", "bone", "extraosseous", "other")


def study():
    """Dynamic series with an artery that can be found, flip angles, T1 map and anatomy."""
    rng = np.random.default_rng(3)
    Cb = parker(T, arrival=30.0)
    R10 = np.full(SHAPE, 1 / 0.9)
    R10[:, :, 8:] = 1 / 0.6
    vp = rng.uniform(0.01, 0.12, SHAPE)
    Ct = extended_tofts(T, parker(T, arrival=33.0) / 0.58, vp=vp, Ktrans=0.08, ve=0.2)
    S = spgr_signal(R10 + 4.6 * Ct, S0=2000.0, TR=TR, FA=FA)
    blood = spgr_signal(1 / 1.441 + 4.6 * Cb, S0=2000.0, TR=TR, FA=FA)
    S[:, :, 1:8, 1:6] = blood[:, None, None, None]
    S = np.abs(S + rng.normal(0, 3.0, S.shape)).astype(np.float32)
    acquisition = Acquisition(TR=TR, FA=FA, TE=0.0015, field_strength=1.5)
    dynamic = DynamicSeries(
        signal=S,
        times=T,
        geometry=GEOMETRY,
        acquisition=acquisition,
        source=Source("NRRD"),
        time_origin="file",
    )
    angles = np.array([2.0, 10.0, 20.0])
    stack = np.stack([spgr_signal(R10, S0=3000.0, TR=TR, FA=angle) for angle in angles])
    vfa = FlipAngleSet(signal=stack, FA=angles, TR=TR, geometry=GEOMETRY, source=Source("NRRD"))
    T1_map = Volume(1.1 / R10, GEOMETRY, acquisition)
    return Images(dynamic, vfa, Volume(S[0], GEOMETRY, acquisition), T1_map=T1_map)


def mask(*box):
    found = np.zeros(SHAPE, bool)
    found[tuple(slice(*pair) for pair in box)] = True
    return found


MASKS = [
    mask((0, 1), (1, 4), (7, 10)),
    mask((1, 2), (2, 5), (8, 12)),
    mask((0, 2), (5, 7), (6, 9)),
    mask((0, 2), (6, 10), (8, 12)),
    mask((0, 1), (0, 10), (1, 8)),
]
ARTERIES = [mask((0, 3), (2, 7), (2, 5)), mask((0, 1), (2, 7), (2, 4)), None]
CURVES = [
    CurveFile(T, parker(T, arrival=28.0), "blood", "a file"),
    CurveFile(T, 0.7 * parker(T, arrival=31.0), "plasma", "another file"),
    None,
]
SELECTIONS = [
    None,
    Selection("first", taken_out=(Ball((4.5, 6.0, 0.0), 2.0),)),
    Selection("second", slices_out=((4.5, 6.0, 4.0),)),
]
#: Every setting with values to try; a setting that is missing here fails the test below.
VALUES = {
    "reading.series": [None, 1],
    "reading.joined": [None, (2,)],
    "reading.displaced": ["leave_out", "same_slice"],
    "reading.excluded_frames": [None, (20,), (12, 25)],
    "contrast.agent": [None, "gadobutrol", "gadoterate"],
    "contrast.dose": [None, 0.05],
    "contrast.rate": [None, 2.0],
    "contrast.concentration": [None, 0.5],
    "reading.accept_implausible": [False, True],
    "reading.resample_regions": [False, True],
    "reading.reference_level": [None, "L3"],
    "reading.frame_interval": [None, 5.0],
    "reading.frame_times": [None, tuple(5.0 * i for i in range(len(T)))],
    "reading.footprint": [None, 8.0],
    "reading.field_strength": [None, 1.5, 3.0],
    "reading.TR": [None, 0.0045, 0.009],
    "reading.FA": [None, 25.0, 15.0],
    "reading.skip_invalid": [False, True],
    "preprocessing.motion.on": [False],
    "preprocessing.spikes.on": [False, True],
    "preprocessing.noise_mask.on": [False, True],
    "preprocessing.space.method": ["off", "gaussian"],
    "preprocessing.space.width": [3.0, 4.0],
    "preprocessing.time.on": [False, True],
    "concentration.signal": ["absolute", "relative", "difference"],
    "concentration.T1_source": [None, "fixed", "map", "vfa", "muscle"],
    "concentration.T10": [None, 0.8, 1.2],
    "concentration.muscle_T10": [None, 0.9],
    "concentration.r1": [None, 3.8, 4.6],
    "concentration.baseline_frames": [None, 3, 4],
    "aif.source": ["auto", "auto", "mask", "mask", "file", "parker"],
    "aif.Hct": [0.42, 0.35],
    "aif.blood_T10": [None, 1.2],
    "aif.r2": [None, 0.0, 6.0],
    "aif.peak": ["magnitude", "phase"],
    "aif.fitted": [False, True],
    "aif.time_unit": [None, "s"],
    "aif.medium": [None, "blood", "plasma"],
    "fit.model": ["extended_tofts", "tofts", "patlak"],
    "fit.shift": [0.0, 2.5, "auto"],
    "fit.shift_by": ["study", "region", "slice"],
    "fit.shifts": [{}, {"first": 1.5}, {"slice 1": 2.0}],
    "fit.fit_delay": [False],
    "fit.kep_low": [None, 0.01],
    "fit.kep_high": [None, 5.0],
    "fit.integration": ["cubic", "linear"],
}


def leaves(record, path=""):
    """Dotted paths of all values of nested dataclasses."""
    for f in dataclasses.fields(record):
        value, name = getattr(record, f.name), f"{path}{f.name}"
        if dataclasses.is_dataclass(value):
            yield from leaves(value, f"{name}.")
        else:
            yield name


def with_value(values, path, value):
    head, _, rest = path.partition(".")
    if rest:
        value = with_value(getattr(values, head), rest, value)
    return dataclasses.replace(values, **{head: value})


def outcome(analysis):
    """Everything that a user sees of an analysis, or the code and message of its error."""
    seen = {}
    for name, ask in {
        "result": analysis.result,
        "evidence": analysis.evidence,
        "AIF": analysis.aif,
        "own shifts": analysis.own_shifts,
        "baseline": analysis.baseline_frames,
        "T1 source": lambda: analysis.T1_source,
        "mode": lambda: analysis.mode,
    }.items():
        try:
            seen[name] = ask()
        except SpineDCEError as error:
            seen[name] = (error.code, str(error))
    return seen


def assert_equal(a, b, where=""):
    assert type(a) is type(b), where
    if dataclasses.is_dataclass(a):
        for f in dataclasses.fields(a):
            assert_equal(getattr(a, f.name), getattr(b, f.name), f"{where}.{f.name}")
    elif isinstance(a, np.ndarray):
        assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), where
    elif isinstance(a, dict):
        assert list(a) == list(b), where
        for key in a:
            assert_equal(a[key], b[key], f"{where}[{key}]")
    elif isinstance(a, (list, tuple)):
        assert len(a) == len(b), where
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            assert_equal(x, y, f"{where}[{i}]")
    else:
        assert a == b or (a != a and b != b), f"{where}: {a!r} is not {b!r}"


class LiveAnalysis(RuleBasedStateMachine):
    """Random changes to one live analysis; after each it must equal a fresh one."""

    steps = 0
    enough: float = 200  # later steps change the analysis, and compare nothing

    @initialize()
    def begin(self):
        start = changed(Settings(), concentration={"T10": 0.8}, aif={"source": "auto"})
        self.live = Analysis(
            study(),
            start,
            aif_mask=ARTERIES[0],
            regions={"first": MASKS[0], "second": MASKS[1]},
            roles={"first": "lesion", "second": "reference"},
        )

    @rule(data=st.data(), path=st.sampled_from(sorted(VALUES)))
    def change_a_setting(self, data, path):
        value = data.draw(st.sampled_from(VALUES[path]))
        self.live.update(settings=with_value(self.live.settings, path, value))

    @rule(name=st.sampled_from(["first", "second", "third"]), shape=st.sampled_from(range(5)))
    def draw_a_region(self, name, shape):
        regions = {**self.live.regions, name: MASKS[shape].copy()}
        # A region that was deleted has lost its role.
        roles = {"first": "lesion", "second": "reference", "third": "other", **self.live.roles}
        self.live.update(regions=regions, roles=roles)

    @rule(name=st.sampled_from(["first", "second", "third"]))
    def delete_a_region(self, name):
        self.live.update(regions={n: m for n, m in self.live.regions.items() if n != name})

    @rule(name=st.sampled_from(["first", "second"]), role=st.sampled_from(ROLES))
    def give_a_region_another_role(self, name, role):
        if name in self.live.regions:
            self.live.update(roles={**self.live.roles, name: role})

    @rule()
    def swap_the_roles_of_two_regions(self):
        roles = dict(self.live.roles)
        if {"first", "second"} <= set(roles):
            roles["first"], roles["second"] = roles["second"], roles["first"]
            self.live.update(roles=roles)

    @rule(artery=st.sampled_from(range(3)))
    def draw_the_artery(self, artery):
        self.live.update(aif_mask=ARTERIES[artery])

    @rule(region=st.sampled_from([None, 0, 4]))
    def draw_where_to_search(self, region):
        self.live.update(aif_region=None if region is None else MASKS[region])

    @rule(which=st.sampled_from(range(3)))
    def change_the_selection(self, which):
        self.live.update(aif_selection=SELECTIONS[which])

    @rule(which=st.sampled_from(range(3)))
    def give_a_curve(self, which):
        self.live.update(aif_file=CURVES[which])

    @rule(sized=st.booleans())
    def measure_the_lesion_with_rulers(self, sized):
        size = measure_size(MASKS[2], GEOMETRY, source="two rulers")
        self.live.update(sizes={"first": size} if sized else {})

    @rule(seconds=st.sampled_from([5.0, 6.0]), field_strength=st.sampled_from([1.5, 3.0, None]))
    def correct_times_and_field_strength(self, seconds, field_strength):
        old = self.live.study
        acquisition = dataclasses.replace(old.dynamic.acquisition, field_strength=field_strength)
        dynamic = dataclasses.replace(
            old.dynamic, times=np.arange(len(T)) * seconds, acquisition=acquisition
        )
        self.live.update(study=dataclasses.replace(old, dynamic=dynamic))

    @rule(flip_angles=st.booleans(), T1_map=st.booleans())
    def give_or_take_the_T1_sources(self, flip_angles, T1_map):
        whole, old = study(), self.live.study
        self.live.update(
            study=dataclasses.replace(
                old,
                flip_angles=whole.flip_angles if flip_angles else None,
                T1_map=whole.T1_map if T1_map else None,
            )
        )

    @rule()
    def compute_in_a_snapshot(self):
        snapshot = self.live.snapshot()
        outcome(snapshot)
        self.live.adopt(snapshot)

    @invariant()
    def live_equals_fresh(self):
        if not hasattr(self, "live") or self.steps >= self.enough:
            return
        type(self).steps += 1
        given = self.live.inputs
        fresh = Analysis(
            given.study,
            given.settings,
            aif_mask=given.aif_mask,
            aif_region=given.aif_region,
            aif_selection=given.aif_selection,
            aif_file=given.aif_file,
            regions=given.regions,
            roles=given.roles,
            sizes=given.sizes,
        )
        current = self.live.is_current("result")
        kept = self.live.result() if current else None
        live, new = outcome(self.live), outcome(fresh)
        assert_equal(live, new)
        if current:
            assert live["result"] is kept  # nothing is computed twice


def test_every_setting_is_changed():
    known = set(VALUES)
    rest = set(leaves(Settings())) - known
    # Of the preprocessing each step's switch and main value are enough.
    assert {path for path in rest if not path.startswith("preprocessing.")} == set()
    assert known <= set(leaves(Settings()))


def test_a_T1_map_that_was_taken_away_is_missed_by_every_stage():
    machine = LiveAnalysis()
    machine.begin()
    live = machine.live
    live.update(study=dataclasses.replace(live.study, T1_map=None))
    outcome(live)
    live.update(settings=with_value(live.settings, "concentration.T1_source", "map"))
    for ask in (live.concentration, live.evidence, live.result):
        with pytest.raises(SpineDCEError) as caught:
            ask()
        assert caught.value.code == "no_T1_map"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_live_equals_fresh_after_any_change():
    minutes = float(os.environ.get("SPINEDCE_PROPERTY_MINUTES", "0"))
    start, LiveAnalysis.steps = time.monotonic(), 0
    LiveAnalysis.enough = float("inf") if minutes else 200
    seed = 0
    while LiveAnalysis.steps < 200 or time.monotonic() - start < 60 * minutes:
        case = settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            derandomize=minutes == 0,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        LiveAnalysis.TestCase.settings = case
        LiveAnalysis.TestCase("runTest").runTest()
        seed += 1
        assert seed < 10_000
    print(f"{LiveAnalysis.steps} steps, each equal to a fresh analysis")
