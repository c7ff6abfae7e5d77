"""A scene as 3D Slicer's own libraries make it, without the application."""

from dataclasses import replace

import numpy as np
import pytest
from sample_patients import VISITS, sample_patient
from SpineDCELib.mrml import region_nodes as drawn
from SpineDCELib.mrml import scene_bundles as bundles
from SpineDCELib.progress import silent
from SpineDCELib.series import Volume
from SpineDCELib.settings import Settings

from SpineDCEWidget.shared.computation import Job
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.study_opening import open_images


def new_scene(cache=None):
    """An empty scene; with ``cache``, a folder, it reads and writes bundles."""
    pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are missing")
    return bundles.new_scene(cache)


def nodes_in(scene):
    return [scene.GetNthNode(i).GetName() for i in range(scene.GetNumberOfNodes())]


def with_anatomy(images):
    """Return the images of a quick patient, which has no anatomical series, with one."""
    first = images.dynamic
    return replace(images, anatomy=Volume(first.signal[0], first.geometry, first.acquisition))


#: Study → its images, and the last graph of its stages, for all tests of one process.
_images, _graphs = {}, {}


def images_of(dicom, settings=None, progress=silent):
    """Return the images of a study that no test changes, read once with the usual settings."""
    if settings not in (None, Settings()):
        return open_images(dicom, settings, progress)
    if dicom not in _images:
        _images[dicom] = open_images(dicom)
    return _images[dicom]


def compute(session, visit):
    """Compute a visit; take from an earlier test what was computed from equal inputs."""
    job = with_what_is_known(type(session).computation)(session, visit)
    job.finish(job.run())


def with_what_is_known(computation):
    """Let the computation of a visit take what an earlier test computed from equal inputs."""

    def started(session, visit, *args, **more):
        if visit.study_path in _graphs:
            visit.analysis.graph.take(_graphs[visit.study_path])
        job = computation(session, visit, *args, **more)

        def finished(computed):
            done = job.finish(computed)
            if visit.analysis is not None:
                _graphs[visit.study_path] = visit.analysis.graph.copy()
            return done

        return Job(job.run, finished)

    return started


def session_with_regions(dicom):
    """Return a session with a baseline visit, computed, with a lesion and a reference."""
    session = Session(new_scene())
    visit = session.open("baseline", images_of(dicom), study=dicom)
    geometry = visit.analysis.study.dynamic.geometry
    for name, role, rows in (("Lesion", "lesion", (10, 14)), ("Reference", "reference", (20, 24))):
        mask = np.zeros(geometry.shape, bool)
        mask[2, slice(*rows), 20:25] = True
        drawn.fill_segments(visit.segmentation, {name: mask}, geometry, roles={name: role})
    session.regions_changed(visit)
    compute(session, visit)
    return session


def write_visits(factory):
    """Return both visits of patient A, quick: name → (DICOM folder, regions)."""
    root = sample_patient(factory, "A", "quick")
    return {
        name: (root / name / "dicom", root / name / "truth" / "rois.seg.nrrd") for name in VISITS
    }
