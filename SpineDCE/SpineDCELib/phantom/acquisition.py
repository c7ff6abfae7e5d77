"""Acquisition of the phantom: each part of the protocol computes and writes its series."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from SpineDCELib.phantom import forward_model as forward
from SpineDCELib.phantom import protocol, scanner
from SpineDCELib.phantom.conditions import at_flip_scales
from SpineDCELib.phantom.dicom_writer import Examination, Series, SeriesWriter, folder_name
from SpineDCELib.phantom.painting import fractions
from SpineDCELib.phantom.patient_grid import Scene
from SpineDCELib.phantom.vasculature import BLOOD_VELOCITY
from SpineDCELib.progress import Progress
from SpineDCELib.series.dynamic_series import Geometry

#: Grid, shares of the tissues, texture, sensitivity of the coil.
Painted = tuple[Geometry, sparse.csr_matrix, scanner.Image, scanner.Image]

PHASE_LEVELS = 4096

#: In the name of the dynamic series.
SHORT = {"sagittal": "sag", "axial": "ax", "coronal": "cor"}

#: Stored units per unit of proton density of a spin echo, before the visit's gain; its noise.
SPIN_ECHO_SCALE = 1500.0
SPIN_ECHO_NOISE = 9.0


class Session:
    """The patient lies in the scanner; each method runs one part of the protocol."""

    def __init__(
        self, scene: Scene, exam: Examination, folder: Path, seed: tuple[int, ...], noise: bool
    ) -> None:
        self.scene, self.exam, self.folder = scene, exam, folder
        self.seed, self.noisy = seed, noise
        self.conditions = scene.visit.conditions
        self.frame_of_reference = exam.frame_of_reference_uid
        visit, geometry = scene.visit, scene.geometry
        spine = (visit.pose @ [*scene.anatomy.vertebrae["L3"].frame.origin, 1])[:3]
        self.back, self.front_of_column = float(spine[1] + 92), float(spine[1] - 18)
        tissues = scene.anatomy.tissues
        self.flow = np.array([t.flow for t in tissues])
        self.factor = self._texture(scene.shares, geometry)
        self.coil = scanner.coil(geometry, self.back)
        self.scale = scanner.SCALE * visit.gain
        # The reference marrow in a dynamic frame sets the noise.
        marrow = next(t for t in tissues if t.name == f"marrow {visit.plan.reference}")
        signal = marrow.M0 * forward.spgr(
            np.zeros((1, 1)),
            T10=np.array([marrow.T10]),
            TR=self.conditions.TR,
            TE=self.conditions.TE,
            FA=self.conditions.FA,
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
        return np.array(inflow) / (BLOOD_VELOCITY * self.conditions.TR)

    def _spgr(self, C: NDArray[Any], FA: float) -> NDArray[np.float64]:
        conditions = self.conditions
        signal = forward.spgr(
            C,
            T10=self.scene.column("T10"),
            TR=conditions.TR,
            TE=conditions.TE,
            FA=FA,
            pulses=self._pulses(),
            r1=conditions.r1 * np.where(self.flow[:, None], 1.0, conditions.r1_tissue),
            r2=conditions.r2,
            r2_square=conditions.r2_square,
        )
        return signal * self.scene.column("M0")[:, None]

    def before_contrast(self, progress: Progress) -> None:
        """Sagittal T1, T2 and STIR, then the T1-mapping set."""
        plain = 1 / self.scene.column("T10")
        for number, weighting in enumerate((protocol.T1, protocol.T2, protocol.STIR), start=1):
            progress(0.2 * number, f"sagittal {weighting.name}")
            self._spin_echo(number, "sag", weighting, *self._sagittal, plain)
        self._flip_angles(4)

    def after_contrast(self, progress: Progress) -> None:
        """Axial T1 through the lesion, and sagittal T1, some minutes after the injection."""
        C = self.scene.Ct[:, -1]
        enhanced = 1 / self.scene.column("T10") + self.conditions.r1 * C
        first = 4 + len(protocol.FLIP_ANGLES) + 2
        for n, (name, grid) in enumerate((("ax", self._axial), ("sag", self._sagittal))):
            progress(n / 2, f"T1 after contrast, {name}")
            self._spin_echo(first + n, f"{name} post", protocol.T1, *grid, enhanced)

    @cached_property
    def _sagittal(self) -> Painted:
        """The anatomical sagittal grid, centred like the dynamic one, its tissues and texture."""
        dynamic, size = self.scene.geometry, self.scene.size
        middle = (np.array(dynamic.shape[::-1]) - 1) / 2
        centre = (dynamic.affine @ [*middle, 1.0])[:3]
        return self._painted(protocol.anatomical_grid(size, centre, self.frame_of_reference))

    @cached_property
    def _axial(self) -> Painted:
        """Axial sections with the lesion's vertebra in the middle."""
        visit, anatomy = self.scene.visit, self.scene.anatomy
        spot = anatomy.vertebrae[visit.plan.lesion.level].frame.origin + [0.0, 5.0, 0.0]
        centre = np.round((visit.pose @ [*spot, 1.0])[:3])
        return self._painted(protocol.axial_grid(self.scene.size, centre, self.frame_of_reference))

    def _painted(self, geometry: Geometry) -> Painted:
        anatomy, pose = self.scene.anatomy, self.scene.visit.pose
        names = [t.name for t in anatomy.tissues]
        shares = fractions(anatomy.paints, names, geometry, pose=pose, oversample=(3, 2, 2))
        coil = scanner.coil(geometry, self.back)
        return geometry, shares, self._texture(shares, geometry), coil

    def _texture(self, shares: sparse.csr_matrix, geometry: Geometry) -> scanner.Image:
        return scanner.grained(shares, self.scene.anatomy.tissues, geometry, self.scene.visit.pose)

    def _spin_echo(
        self,
        number: int,
        name: str,
        weighting: protocol.Weighting,
        geometry: Geometry,
        shares: sparse.csr_matrix,
        texture: scanner.Image,
        coil: scanner.Image,
        R1: NDArray[np.floating],
    ) -> None:
        signal = scanner.spin_echo(self.scene.anatomy.tissues, weighting, R1)
        image = (shares @ signal.astype(np.float32)).reshape(geometry.shape)
        gain = SPIN_ECHO_SCALE * self.scene.visit.gain
        image = image * texture * coil * gain
        sigma = SPIN_ECHO_NOISE * self.scene.visit.gain if self.noisy else 0.0
        noise = scanner.noise(image.shape, sigma, self.rng(weighting.name, name))
        starts = {"T1 sag": 60, "T2 sag": 210, "STIR sag": 400, "T1 ax post": 1330}
        title = f"{weighting.name} {name}"
        series = Series(
            number,
            title,
            float(starts.get(title, 1560)),
            140.0,
            weighting.TR,
            weighting.TE,
            90.0,
            sequence=weighting.sequence,
            variant="SK" if weighting.name == "T1" else "SK\\SP",
            three_dimensional=False,
            TI=weighting.TI,
            echo_train=3 if weighting.name == "T1" else 16,
            contrast=name.endswith("post"),
        )
        top = 0.85 * gain * 0.8
        self._writer(series, geometry).write(
            stored(np.abs(image + noise)), window=(round(top / 2, 1), round(top, 1))
        )

    def _flip_angles(self, number: int) -> None:
        """Spoiled gradient echoes at several angles, four averages each."""
        scene = self.scene
        for n, angle in enumerate(protocol.FLIP_ANGLES):
            nothing = np.zeros((len(scene.anatomy.tissues), 1))
            signals = [self._spgr(nothing, angle * scale)[:, 0] for scale in self._B1[0]]
            image = self._painted_with_B1(signals)
            image = image * self.factor * self.coil * self.scale
            noise = scanner.noise(image.shape, self.sigma / 2, self.rng("flip", n))
            duration = 4 * scene.size.interval
            series = Series(
                number + n,
                f"VFA sag {angle:g} deg",
                780.0 + n * (duration + 3),
                duration,
                self.conditions.TR,
                self.conditions.TE,
                angle,
                averages=4,
            )
            writer = self._writer(series, scene.geometry)
            writer.write(stored(np.abs(image + noise)), window=self._window())

    def dynamic(self, motion: scanner.Motion | None, progress: Progress) -> list[Path]:
        """The perfusion series: magnitude and, in a complete study, phase.

        Returns:
            The files of the first magnitude frame.
        """
        scene, size = self.scene, self.scene.size
        curves = [self._curves(self.conditions.FA * scale) for scale in self._B1[0]]
        background = scanner.background_phase(scene.geometry)
        factor = self.factor * self.scale
        receive = self.coil * np.exp(1j * background).astype(np.complex64)

        def acquire(frame: int) -> NDArray[np.complex64]:
            both = np.stack(
                [
                    self._painted_with_B1([part[:, frame] for part in parts]) * factor
                    for parts in zip(*curves, strict=True)
                ]
            )
            if motion is not None:
                both = motion.warp(both, frame, scene.geometry, self.front_of_column)
            drift = np.exp(1j * 0.03 * frame / size.frames)
            image = (both[0] + 1j * both[1]) * receive * np.complex64(drift)
            values: NDArray[np.complex64] = image + scanner.noise(
                image.shape, self.sigma, self.rng("frame", frame)
            )
            return values

        duration = size.frames * size.interval
        number = 4 + len(protocol.FLIP_ANGLES) if size.complete else 1
        series = Series(
            number,
            f"DCE {SHORT[self.conditions.slab]} perfusion",
            960.0,
            duration,
            self.conditions.TR,
            self.conditions.TE,
            self.conditions.FA,
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
                    levels = np.round((np.angle(image) + np.pi) / step).astype(np.uint16)
                    levels[levels == PHASE_LEVELS] = 0
                    self._write_frame(phase, frame, levels, (0.0, 6.3), (step, -np.pi, "rad"))
        return sorted(magnitude.folder.glob("*.dcm"))[: size.sections]

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

    @cached_property
    def _B1(self) -> tuple[tuple[float, ...], list[Any]]:
        """Flip angles over nominal at which signal is computed, and each voxel's weights."""
        if self.conditions.uniform:
            return (1.0,), [1.0]
        geometry = self.scene.geometry
        _, y, z = np.broadcast_arrays(*scanner.positions(geometry))
        scale = self.conditions.flip_scale(y - y.mean(), z - z.mean())
        low, high = float(scale.min()) - 0.01, float(scale.max()) + 0.01
        nodes = (low, (low + high) / 2, high)
        return nodes, [w.astype(np.float32) for w in at_flip_scales(scale, nodes)]

    def _painted_with_B1(self, signals: list[NDArray[Any]]) -> NDArray[Any]:
        """Image of the tissues' signals, one set per flip angle of ``_B1``."""
        scene = self.scene
        images: list[NDArray[Any]] = [
            (scene.shares @ signal).reshape(scene.geometry.shape) for signal in signals
        ]
        if len(images) == 1:
            return images[0]
        values: NDArray[Any] = sum(w * i for w, i in zip(self._B1[1], images, strict=True))
        return values

    def _curves(self, FA: float) -> tuple[NDArray[Any], NDArray[Any]]:
        """Real and imaginary signal of each tissue in each frame, (K, frames)."""
        scene = self.scene
        signal = self._spgr(scene.Ct, FA)
        angles = scene.column("angle")
        phase = forward.vessel_phase(
            scene.Ct, angle=angles, B0=self.conditions.field_strength, TE=self.conditions.TE
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


def stored(image: NDArray[Any]) -> NDArray[np.uint16]:
    return np.clip(np.round(image), 0, 65535).astype(np.uint16)
