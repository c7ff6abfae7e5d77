"""A whole examination: paint the patient, run the protocol, write images and truth."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from SpineDCELib.phantom import forward, protocol, rois, scanner, truth
from SpineDCELib.phantom.anatomy import LESION_SHELLS, Anatomy, build
from SpineDCELib.phantom.body import BLOOD_VELOCITY
from SpineDCELib.phantom.dicom import Examination, Series, SeriesWriter, folder_name
from SpineDCELib.phantom.painting import fractions
from SpineDCELib.phantom.patients import VISITS, Patient, Visit, patient_named
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.series.dynamic_series import Geometry

PHASE_LEVELS = 4096


@dataclass(frozen=True)
class StudyPaths:
    """Where a study was written."""

    dicom: Path  #: what the scanner sent: point a reader here
    truth: Path  #: what nobody knows in life


@dataclass(frozen=True, eq=False)
class Scene:
    """A painted patient on the dynamic grid, its lesion calibrated, with the curves of all tissues.

    Attributes:
        shares: (voxels, K) fractions of the tissues on ``geometry``.
        times: fine axis, s after the start of the first frame; Cp, Ct: (K, n), mM.
    """

    visit: Visit
    size: protocol.Size
    anatomy: Anatomy
    geometry: Geometry
    shares: sparse.csr_matrix
    rois: rois.Rois
    times: NDArray[np.floating]
    Cp: NDArray[np.floating]
    Ct: NDArray[np.floating]

    def column(self, name: str) -> NDArray[np.float64]:
        """One property of all tissues."""
        return np.array([getattr(t, name) for t in self.anatomy.tissues], float)


def make_scene(visit: Visit, size: protocol.Size, frame_of_reference_uid: str) -> Scene:
    """Paint, calibrate the lesion's vp and integrate the curves."""
    anatomy = build(visit.plan)
    # The technologist centres by eye, to whole millimetres.
    centre = np.round((visit.pose @ [*anatomy.centre, 1])[:3])
    geometry = protocol.dynamic_grid(size, centre, frame_of_reference_uid)
    names = [t.name for t in anatomy.tissues]
    shares = fractions(anatomy.paints, names, geometry, pose=visit.pose, oversample=size.oversample)
    expert = rois.draw(anatomy, geometry, visit.pose, shares)
    anatomy = _calibrated(anatomy, shares, expert, visit.normalised_vp)
    duration = size.frames * size.interval + 1.0
    t, Cp, Ct = forward.integrate(
        visit.bolus, _transport(anatomy), duration=duration, hct=visit.hct
    )
    flow = np.array([tissue.flow for tissue in anatomy.tissues])
    Ct[flow] = Cp[flow] * (1 - visit.hct)
    return Scene(visit, size, anatomy, geometry, shares, expert, t, Cp, Ct)


def _calibrated(
    anatomy: Anatomy, shares: sparse.csr_matrix, expert: rois.Rois, target: float
) -> Anatomy:
    """Set the lesion's vp so that the expert ROIs measure the normalised Vp that is wanted."""
    vp = np.array([t.vp for t in anatomy.tissues])
    lesion = anatomy.index("lesion ")
    vp[lesion] = [LESION_SHELLS[anatomy.tissues[i].name.split()[1]][0] for i in lesion]
    measured = shares @ vp
    reference = measured[expert.mask("reference").ravel()].mean()
    factor = target * reference / measured[expert.mask("lesion").ravel()].mean()
    tissues = list(anatomy.tissues)
    for i in lesion:
        tissues[i] = replace(tissues[i], vp=float(vp[i] * factor))
    return replace(anatomy, tissues=tuple(tissues))


def _transport(anatomy: Anatomy) -> forward.Transport:
    """Delays counted from the aorta's entrance, which is above the field of view."""
    tissues = anatomy.tissues
    aorta = [t for t in tissues if t.name.startswith("aorta")]
    reference = min(aorta, key=lambda t: abs(t.delay))
    entrance = min(t.delay for t in aorta)
    arterial = [t.dispersion if t in aorta else reference.dispersion for t in tissues]
    return forward.Transport(
        vp=np.array([t.vp for t in tissues]),
        Ktrans=np.array([t.Ktrans for t in tissues]),
        ve=np.array([t.ve for t in tissues]),
        delay=np.array([t.delay - entrance for t in tissues]),
        arterial_dispersion=np.array(arterial),
        tissue_dispersion=np.array([0.0 if t in aorta else t.dispersion for t in tissues]),
    )


def write_study(
    out: Path | str,
    *,
    patient: str | Patient = "A",
    visit: str = "before",
    size: str = "full",
    seed: int = 2023,
    motion: bool = True,
    noise: bool = True,
    progress: Progress = silent,
) -> StudyPaths:
    """Write one visit of one patient: DICOM as a scanner sends it, and the truth beside it.

    Args:
        out: folder; ``out/dicom`` gets the images, ``out/truth`` what is true of them.
        patient: ``"A"``, ``"B"`` or a :class:`Patient`. visit: ``"before"`` or ``"after"``.
        size: ``"full"`` (256×256×12, 56 frames), ``"small"`` (for tests) or ``"quick"`` (for
            cohorts: the dynamic magnitude alone).
        seed: the same seed gives the same pixels and UIDs.
        motion, noise: switch them off to see what they do.

    Raises:
        InputError: unknown patient, visit or size.
    """
    who = patient if isinstance(patient, Patient) else patient_named(patient)
    when, spec = who.visit(visit), protocol.size_named(size)
    out = Path(out)
    exam = Examination(
        who.name,
        f"SPINEDCE-{who.key}",
        who.sex,
        who.born,
        who.weight,
        when.when,
        "MR spine perfusion (digital phantom)",
        ("SpineDCE", who.key, visit, size, str(seed)),
    )
    progress(0.0, "painting the anatomy")
    scene = make_scene(when, spec, exam.frame_of_reference_uid)
    paths = StudyPaths(out / "dicom", out / "truth")
    session = Session(
        scene, exam, paths.dicom, (seed, *who.key.encode(), VISITS.index(visit)), noise
    )
    number = 1
    if spec.complete:
        session.flip_angles(number, part(progress, 0.05, 0.2))
        number += len(protocol.FLIP_ANGLES)
    moved = None
    if motion:
        moved = scanner.Motion.drawn(spec.frames, session.rng("motion"))
    session.dynamic(number, moved, part(progress, 0.2, 0.85))
    progress(0.85, "writing the truth")
    truth.write(paths.truth, scene, who, visit, exam)
    progress(1.0, "done")
    return paths


def write_sample(
    out: Path | str,
    *,
    patient: str = "A",
    size: str = "full",
    seed: int = 2023,
    motion: bool = True,
    noise: bool = True,
    progress: Progress = silent,
) -> dict[str, StudyPaths]:
    """Both visits of one patient, in ``out/before`` and ``out/after``."""
    return {
        visit: write_study(
            Path(out) / visit,
            patient=patient,
            visit=visit,
            size=size,
            seed=seed,
            motion=motion,
            noise=noise,
            progress=part(progress, i / 2, (i + 1) / 2),
        )
        for i, visit in enumerate(VISITS)
    }


class Session:
    """The patient lies in the scanner; each method runs one part of the protocol."""

    def __init__(self, scene: Scene, exam: Examination, folder: Path, seed, noise: bool) -> None:
        self.scene, self.exam, self.folder = scene, exam, folder
        self.seed, self.noisy = seed, noise
        visit, geometry = scene.visit, scene.geometry
        spine = (visit.pose @ [*scene.anatomy.vertebrae["L3"].frame.origin, 1])[:3]
        self.back, self.front_of_column = float(spine[1] + 92), float(spine[1] - 18)
        tissues = scene.anatomy.tissues
        self.flow = np.array([t.flow for t in tissues])
        self.texture = scanner.grained(scene.shares, tissues, geometry, visit.pose)
        self.coil = scanner.coil(geometry, self.back)
        self.scale = scanner.SCALE * visit.gain
        # The reference marrow in a dynamic frame sets the noise.
        marrow = next(t for t in tissues if t.name == f"marrow {visit.plan.reference}")
        signal = marrow.M0 * forward.spgr(
            np.zeros((1, 1)),
            T10=np.array([marrow.T10]),
            TR=protocol.DYNAMIC_TR,
            TE=protocol.DYNAMIC_TE,
            FA=protocol.DYNAMIC_FA,
        )
        sensitivity = self.coil[scene.rois.mask("reference")].mean()
        self.sigma = float(signal[0, 0] * sensitivity * self.scale / visit.snr) if noise else 0.0

    def rng(self, *words: object) -> np.random.Generator:
        """A stream of its own for every use, so that order and threads do not matter."""
        spice = list("/".join(map(str, words)).encode())
        return np.random.default_rng([*self.seed, *spice])

    def _pulses(self) -> NDArray[np.float64]:
        """Pulses seen by each tissue; blood that has just entered the coil has seen few."""
        inflow = [np.inf if t.inflow is None else t.inflow for t in self.scene.anatomy.tissues]
        return np.array(inflow) / (BLOOD_VELOCITY * protocol.DYNAMIC_TR)

    def _spgr(self, C: NDArray, FA: float) -> NDArray[np.float64]:
        signal = forward.spgr(
            C,
            T10=self.scene.column("T10"),
            TR=protocol.DYNAMIC_TR,
            TE=protocol.DYNAMIC_TE,
            FA=FA,
            pulses=self._pulses(),
        )
        return signal * self.scene.column("M0")[:, None]

    def flip_angles(self, number: int, progress: Progress) -> None:
        """The T1-mapping set: spoiled gradient echoes at several angles, four averages each."""
        scene = self.scene
        for n, angle in enumerate(protocol.FLIP_ANGLES):
            progress(n / len(protocol.FLIP_ANGLES), f"flip angle {angle:g}°")
            signal = self._spgr(np.zeros((len(scene.anatomy.tissues), 1)), angle)[:, 0]
            image = (scene.shares @ signal).reshape(scene.geometry.shape)
            image = image * self.texture * self.coil * self.scale
            noise = scanner.noise(image.shape, self.sigma / 2, self.rng("flip", n))
            duration = 4 * scene.size.interval
            series = Series(
                number + n,
                f"VFA sag {angle:g} deg",
                780.0 + n * (duration + 3),
                duration,
                protocol.DYNAMIC_TR,
                protocol.DYNAMIC_TE,
                angle,
                averages=4,
            )
            writer = self._writer(series, scene.geometry)
            writer.write(stored(np.abs(image + noise)), window=self._window())

    def dynamic(self, number: int, motion: scanner.Motion | None, progress: Progress) -> None:
        """The perfusion series: magnitude and, in a complete study, phase."""
        scene, size = self.scene, self.scene.size
        real, imaginary = self._curves()
        background = scanner.background_phase(scene.geometry)
        factor = self.texture * self.scale
        receive = self.coil * np.exp(1j * background).astype(np.complex64)

        def acquire(frame: int) -> NDArray[np.complex64]:
            image = (scene.shares @ real[:, frame]).reshape(scene.geometry.shape) * factor
            turned = (scene.shares @ imaginary[:, frame]).reshape(scene.geometry.shape) * factor
            if motion is not None:
                image = motion.warp(image, frame, scene.geometry, self.front_of_column)
                turned = motion.warp(turned, frame, scene.geometry, self.front_of_column)
            drift = np.exp(1j * 0.03 * frame / size.frames)
            image = (image + 1j * turned) * receive * np.complex64(drift)
            return image + scanner.noise(image.shape, self.sigma, self.rng("frame", frame))

        duration = size.frames * size.interval
        series = Series(
            number,
            "DCE sag perfusion",
            960.0,
            duration,
            protocol.DYNAMIC_TR,
            protocol.DYNAMIC_TE,
            protocol.DYNAMIC_FA,
            contrast=True,
        )
        magnitude, phase = self._writer(series, scene.geometry), None
        if size.complete:
            name = f"{series.description} phase"
            twin = replace(series, number=number + 1, kind="P", description=name)
            phase = self._writer(twin, scene.geometry)
        step = 2 * np.pi / PHASE_LEVELS
        with ThreadPoolExecutor(2) as pool:
            for frame, image in enumerate(pool.map(acquire, range(size.frames))):
                progress(frame / size.frames, f"frame {frame + 1} of {size.frames}")
                self._write_frame(magnitude, frame, stored(np.abs(image)), self._window())
                if phase is not None:
                    levels = np.round((np.angle(image) + np.pi) / step) % PHASE_LEVELS
                    turn, rescale = levels.astype(np.uint16), (step, -np.pi, "rad")
                    self._write_frame(phase, frame, turn, (0.0, 6.3), rescale)

    def _write_frame(
        self,
        writer: SeriesWriter,
        frame: int,
        volume: NDArray[np.uint16],
        window: tuple[float, float],
        rescale: tuple[float, float, str] | None = None,
    ) -> None:
        size = self.scene.size
        writer.write(
            volume,
            offset=frame * size.interval,
            window=window,
            frame=frame,
            frames=size.frames,
            rescale=rescale,
        )

    def _curves(self) -> tuple[NDArray, NDArray]:
        """Real and imaginary signal of each tissue in each frame, (K, frames)."""
        scene = self.scene
        signal = self._spgr(scene.Ct, protocol.DYNAMIC_FA)
        angles = scene.column("angle")
        phase = forward.vessel_phase(
            scene.Ct, angle=angles, B0=protocol.FIELD_STRENGTH, TE=protocol.DYNAMIC_TE
        )
        turned = signal * np.where(self.flow[:, None], np.exp(1j * phase), 1.0)
        starts = protocol.frame_times(scene.size)
        mean = forward.frame_mean(scene.times, turned, starts=starts, length=scene.size.interval)
        return mean.real.astype(np.float32), mean.imag.astype(np.float32)

    def _writer(self, series: Series, geometry: Geometry) -> SeriesWriter:
        return SeriesWriter(self.folder / folder_name(series), self.exam, series, geometry)

    def _window(self) -> tuple[float, float]:
        top = 0.055 * self.scale
        return round(top / 2, 1), round(top, 1)


def stored(image: NDArray) -> NDArray[np.uint16]:
    return np.clip(np.round(image), 0, 65535).astype(np.uint16)
