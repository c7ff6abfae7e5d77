"""Effects of the segment editor beside the tools of the page in the browser: what each does alike.

The table of ``docs/slicer.md`` says which effect to take for which tool.
"""

import numpy as np
import slicer
from desk import DeskTest, settle
from SpineDCELib.measurement import region_edits
from SpineDCELib.measurement.outlines import Ellipse, ellipse_mask, polygon_mask
from SpineDCELib.measurement.region_growing import grow
from SpineDCELib.mrml.volume_nodes import array_of, ras_of, values_on


def overlap(a, b):
    """Dice coefficient of two masks."""
    return 2 * np.count_nonzero(a & b) / max(np.count_nonzero(a) + np.count_nonzero(b), 1)


class Tools(DeskTest):
    def setUp(self):
        super().setUp()
        self.sample()
        self.step(3)
        self.visit = self.desk.visit
        self.geometry = self.visit.analysis.study.dynamic.geometry
        self.editor = self.desk.regions.editor

    def test_each_effect_does_what_the_tool_of_the_page_does(self):
        for name in sorted(name for name in dir(self) if name.startswith("check_")):
            with self.subTest(name):
                getattr(self, name)()
                self.desk.regions.disarm()

    def region(self, mask):
        """Have a lesion with this mask alone, selected in the segment editor."""
        self.visit.segmentation.GetSegmentation().RemoveAllSegments()
        self.desk.session.follow_scene()
        if mask.any():
            self.desk.session.load_regions(self.visit, {"Lesion": mask}, {"Lesion": "lesion"})
        self.desk.regions.arm("lesion")
        settle()

    def lesion(self):
        masks = self.truth_regions(self.visit)
        return next(mask for name, mask in masks.items() if "esion" in name)

    def effect(self, name, **parameters):
        """Select an effect of the module's segment editor, with these parameters."""
        self.editor.setActiveEffectByName(name)
        effect = self.editor.activeEffect()
        if effect is None:
            self.skipTest(f"This 3D Slicer was built without {name}.")
        for key, value in parameters.items():
            effect.setParameter(key, value)
        settle()
        return effect

    def drawn(self):
        """The lesion as the session reads it."""
        settle()
        self.desk.session.follow_scene()
        name = self.desk.regions.selected
        return self.visit.state.regions.get(name, np.zeros(self.geometry.shape, bool))

    def applied(self, mask, name, **parameters):
        """A lesion after an effect was applied to it."""
        self.region(mask)
        self.effect(name, **parameters).self().onApply()
        return self.drawn()

    def view(self, k):
        """The T1 view, at a slice of the series."""
        self.show_slice(self.visit, k)
        return self.desk.views.slice_widget(self.visit.name, "T1")

    def place(self, widget, k, row, column):
        return self.xy(widget, ras_of((k, row, column), self.geometry))

    def ball(self, radius):
        """A ball in the middle of the series, with this radius, mm."""
        axes = zip(self.geometry.shape, self.geometry.spacing[::-1], strict=True)
        along = np.ix_(*[(np.arange(n) - n // 2) * size for n, size in axes])
        return sum(one**2 for one in along) <= radius**2

    def check_margin_grows_and_shrinks_by_the_same_millimetres(self):
        mask = self.ball(18.0)
        for by in (7.0, -7.0):
            found = self.applied(mask, "Margin", MarginSizeMm=by)
            self.compare(
                f"margin {by:+g} mm", found, region_edits.margin(mask, self.geometry, by), 0.99
            )

    def compare(self, what, found, wanted, least):
        print(f"{what}: overlap {overlap(found, wanted):.3f}, {np.count_nonzero(found)} voxels in "
              f"slices {np.flatnonzero(found.any(axis=(1, 2)))}, page "
              f"{np.count_nonzero(wanted)}")  # fmt: skip
        assert overlap(found, wanted) >= least, what

    def check_smoothing_by_the_median_and_by_closing(self):
        mask, rng = self.ball(18.0), np.random.default_rng(1)
        holes = rng.permutation(np.count_nonzero(mask))[:12]
        mask[tuple(np.argwhere(mask)[holes].T)] = False
        for name, method, tool in (
            ("median", "MEDIAN", region_edits.smooth_median),
            ("closing", "MORPHOLOGICAL_CLOSING", region_edits.close_gaps),
        ):
            found = self.applied(mask, "Smoothing", SmoothingMethod=method, KernelSizeMm=12.0)
            self.compare(name, found, tool(mask, self.geometry, 12.0), 0.9)

    def pieces(self):
        """Pieces of 12, 4 and 1 voxels in one slice."""
        mask = np.zeros(self.geometry.shape, bool)
        k = mask.shape[0] // 2
        mask[k, 10:13, 10:14] = mask[k, 20:22, 20:22] = mask[k, 30, 30] = True
        return mask

    def check_islands_keep_the_largest_or_remove_the_small_ones(self):
        mask = self.pieces()
        # 3D Slicer's own least size of 1000 voxels would erase nearly every lesion.
        found = self.applied(mask, "Islands", Operation="KEEP_LARGEST_ISLAND")
        np.testing.assert_array_equal(found, region_edits.largest_island(mask))
        # The page takes a volume, the effect a number of voxels; both keep what is as large.
        found = self.applied(mask, "Islands", Operation="REMOVE_SMALL_ISLANDS", MinimumSize=4)
        volume = 4 * self.geometry.voxel_volume
        wanted = region_edits.without_small_islands(mask, self.geometry, volume)
        np.testing.assert_array_equal(found, wanted)

    def check_fill_between_slices(self):
        mask = self.ball(20.0)
        mask[np.flatnonzero(mask.any(axis=(1, 2)))[1:-1:2]] = False
        self.region(mask)
        effect = self.effect("Fill between slices")
        effect.self().onPreview()
        settle(0.5)
        effect.self().onApply()
        wanted = region_edits.fill_between_slices(mask, self.geometry)
        self.compare("fill between slices", self.drawn(), wanted, 0.9)

    def check_scissors_fill_a_circle_in_one_slice(self):
        k, row, column, radius = self.geometry.shape[0] // 2, 30, 30, 8
        self.region(np.zeros(self.geometry.shape, bool))
        thickness = self.geometry.spacing[2]
        self.effect(
            "Scissors", Operation="FillInside", Shape="Circle", SliceCutMode="Symmetric",
            SliceCutDepthMm=thickness, ShapeDrawCentered=1,
        )  # fmt: skip
        widget = self.view(k)
        start, end = self.place(widget, k, row, column), self.place(widget, k, row, column + radius)
        self.drag(widget, start, end)
        x, y, _ = self.geometry.spacing
        circle = Ellipse((column * x, row * y), (radius * x, radius * x))
        self.compare("circle", self.drawn(), ellipse_mask(self.geometry, k, circle), 0.9)

    def check_draw_fills_a_polygon(self):
        k = self.geometry.shape[0] // 2
        corners = [(20, 20), (20, 40), (36, 44), (44, 28)]
        self.region(np.zeros(self.geometry.shape, bool))
        self.effect("Draw")
        widget = self.view(k)
        for row, column in corners:
            self.click(widget, self.place(widget, k, row, column))
        self.click(widget, self.place(widget, k, *corners[-1]), button="Right")
        x, y, _ = self.geometry.spacing
        wanted = polygon_mask(self.geometry, k, [(c * x, r * y) for r, c in corners])
        self.compare("polygon", self.drawn(), wanted, 0.9)

    def drag(self, widget, start, end):
        """Drag as slowly as a hand: 3D Slicer reads where the mouse is from time to time."""
        interactor = widget.interactorStyle().GetInteractor()
        interactor.SetEventPosition(*start)
        interactor.LeftButtonPressEvent()
        for step in range(1, 6):
            place = [round(a + (b - a) * step / 5) for a, b in zip(start, end, strict=True)]
            interactor.SetEventPosition(*place)
            interactor.MouseMoveEvent()
            settle(0.1)
        interactor.LeftButtonReleaseEvent()
        settle(0.1)

    def click(self, widget, place, *, button="Left"):
        slicer.util.clickAndDrag(widget, start=place, end=place, steps=1, button=button)
        settle(0.05)

    def check_paint_within_a_threshold_grows_from_a_seed(self):
        ui = self.ui("regions")
        ui.onFrameButton.checked = True
        self.desk.regions.set_source()
        frame, mask = self.visit.frame, self.lesion()
        self.region(np.zeros(self.geometry.shape, bool))
        k = int(np.flatnonzero(mask.any(axis=(1, 2)))[0])
        seed = (k, *np.argwhere(mask[k])[np.count_nonzero(mask[k]) // 2].tolist())
        reach = 12.0
        wanted = grow(array_of(frame), self.geometry, seed, tolerance=0.2, distance=reach)
        threshold = self.effect("Threshold")
        threshold.setParameter("MinimumThreshold", wanted.low)
        threshold.setParameter("MaximumThreshold", wanted.high)
        threshold.self().onUseForPaint()
        assert self.editor.activeEffect().name == "Paint"
        self.effect("Paint", BrushSphere=1)
        self.editor.activeEffect().setCommonParameter("BrushAbsoluteDiameter", 2 * reach)
        self.editor.activeEffect().setCommonParameter("BrushDiameterIsRelative", 0)
        widget = self.view(k)
        self.click(widget, self.place(widget, *seed))
        found = self.drawn()
        values = values_on(frame, self.geometry)
        self.compare("grow", found, wanted.mask, 0.7)
        inside = values[found]
        assert (inside.min() >= wanted.low) & (inside.max() <= wanted.high)
        # The brush also takes what is not connected with the seed.
        assert np.count_nonzero(wanted.mask & ~found) <= 0.05 * np.count_nonzero(wanted.mask)
