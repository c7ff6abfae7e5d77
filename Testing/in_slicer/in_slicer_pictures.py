"""Photographs of every panel, for the documents and for eyes that look at them."""

import os
import unittest

import numpy as np
import slicer
from desk import DeskTest, settle

SIZE = os.environ.get("SPINEDCE_PICTURES", "")


@unittest.skipUnless(SIZE, "pictures are made on demand: SPINEDCE_PICTURES=full")
class Pictures(DeskTest):
    size = SIZE or "small"

    def test_every_step(self):
        session = self.sample()
        for visit in session.visits:
            regions = self.truth_regions(visit)
            lesion = next(mask for name, mask in regions.items() if "esion" in name)
            index = int(np.argmax(lesion.sum(axis=(1, 2))))
            self.show_slice(visit, index)
        self.step(1)
        self.photograph("1-study")
        self.step(2)
        self.photograph("2-arteries")
        self.step(3)
        for visit, button in zip(
            session.visits, (self.desk.ui.baselineButton, self.desk.ui.followUpButton), strict=True
        ):
            self.press(button)
            self.desk.panels["regions"].read_file(self.truth[visit.name] / "rois.seg.nrrd")
            settle(0.4)
        self.press(self.desk.ui.baselineButton)
        self.press(self.ui("regions").lesionButton)
        self.photograph("3-regions")
        self.desk.panels["regions"].disarm()
        self.desk.compute()
        self.step(4)
        self.look_at_the_lesion(session.visit("baseline"))
        self.photograph("4-maps")
        self.step(5)
        self.press(self.ui("result").compareButton)
        self.photograph("5-result")
        session.close_visit(session.visit("follow-up"))
        self.desk.views.reset_orientations()
        self.step(4)
        self.look_at_the_lesion(session.visit("baseline"))
        self.photograph("4-one-visit")

    def look_at_the_lesion(self, visit):
        from SpineDCELib.mrml.volume_nodes import ras_of

        name = next(n for n, role in visit.analysis.roles.items() if role == "lesion")
        places = np.argwhere(visit.analysis.regions[name])
        ras = ras_of(tuple(places[len(places) // 2]), visit.analysis.study.dynamic.geometry)
        self.desk.views.jump(visit.name, ras)
        slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode").SetCrosshairRAS(*ras)
        settle(0.5)
