"""Result of the artery search: vessels slice by slice, with scores and reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError


class Verdict(IntEnum):
    """Reason for which a voxel is, or is not, part of the arterial input function."""

    NOT_ENHANCING = 0
    ACCEPTED = 1
    SATURATED = 2
    DIP = 3
    WEAK = 4
    NO_FIRST_PASS = 5
    ROUGH = 6
    SCATTERED = 7
    LATE = 8
    CHAMBER = 9
    OTHER_VESSEL = 10
    EDGE = 11
    INFLOW = 12
    UNLIKE = 13
    OUTSIDE_REGION = 14
    BRANCH = 15
    BY_HAND = 16
    DOUBTED = 17
    EARLY = 18
    LESION = 19
    CHOSEN = 20
    DRAWN_TISSUE = 21
    FOUND = 22

    @property
    def reason(self) -> str:
        """Return the reason for the verdict as text."""
        return _REASONS[self]


_REASONS = {
    Verdict.NOT_ENHANCING: "enhances too little for blood, unless inflow hides it",
    Verdict.ACCEPTED: "accepted",
    Verdict.SATURATED: "signal above that of any blood concentration",
    Verdict.DIP: "signal falls before it rises: motion or dephasing",
    Verdict.WEAK: "peak too low for blood, or lowered by inflow",
    Verdict.NO_FIRST_PASS: "no sharp first pass",
    Verdict.ROUGH: "unsteady after the peak: pulsation, motion or noise",
    Verdict.SCATTERED: "too few connected voxels for a vessel",
    Verdict.LATE: "fills after the artery: a vein or an organ",
    Verdict.CHAMBER: "too thick for a vessel; it may be a chamber of the heart or an organ",
    Verdict.OTHER_VESSEL: "in a vessel other than the best candidate",
    Verdict.EDGE: "edge of the vessel: partial volume or pulsation",
    Verdict.INFLOW: "inside the vessel, but inflow of fresh blood lowers the enhancement",
    Verdict.UNLIKE: "peak, arrival or area differs from the rest of the vessel",
    Verdict.OUTSIDE_REGION: "outside the search region",
    Verdict.BRANCH: "thin branch of the vessel",
    Verdict.BY_HAND: "removed by hand",
    Verdict.EARLY: "fills before the artery, so it does not bring the tissue its blood",
    Verdict.LESION: "takes up contrast like tissue: a lesion or an organ",
    Verdict.CHOSEN: "chosen by hand, not confirmed by the evidence",
    Verdict.DRAWN_TISSUE: (
        "in a vessel of which more than a quarter lies in regions drawn as other tissue"
    ),
    Verdict.DOUBTED: "best candidate, but not trustworthy as the artery",
    Verdict.FOUND: "in the artery that the search found, not in the one chosen by hand",
}


class VesselKind(Enum):
    """Kind of a vessel, from its curve, its shape and how it relates to the tissue."""

    ARTERY = "artery"
    EARLY_VEIN = "vein that fills early"
    PULMONARY = "vessel that fills early, such as a pulmonary artery"
    HEART = "wide space of blood, such as a chamber of the heart"
    LATE_VEIN = "vein"
    LESION = "lesion or organ"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class VesselEvidence:
    """Evidence for or against one vessel as the artery that feeds the tissue.

    Attributes:
        vessel: number, as in the candidates. kind: see :class:`VesselKind`.
        voxels: number. position: LPS centre, mm.
        misfit: mean squared residual of the tissue's curves when this vessel feeds them, over its
            expected error; 1 is perfect.
        ratio: misfit over that of the vessel that explains the tissue best.
        unexplained: share of the tissue's variation that it does not explain, beyond noise.
        delay: s, median delay of the tissue after it. first_delay: of the tissue that fills first.
        dispersion: s, median.
        first_pass: area of the first pass over the late level, s; the same in all of the blood
            after the heart, larger before it, smaller in tissue.
        arrival: s. width: s. thickness, elongation: mm and ratio, see :class:`Candidate`.
        equal: it explains the tissue as well as the artery, and its Vp differs by a factor only.
        vp_factor, vp_scatter: Vp of the tissue with this vessel over that with the artery, and the
            log SD of that ratio over the tissues.
        reason: why it is, or is not, the artery; one sentence.
    """

    vessel: int
    kind: VesselKind
    voxels: int
    position: tuple[float, float, float]
    misfit: float
    ratio: float
    unexplained: float
    delay: float
    first_delay: float
    dispersion: float
    first_pass: float
    arrival: float
    width: float
    thickness: float
    elongation: float
    equal: bool
    vp_factor: float
    vp_scatter: float
    reason: str


@dataclass(frozen=True, eq=False)
class Candidate:
    """One vessel in one slice: median scores of its voxels, the verdict and its curve.

    Attributes:
        slice: index of the slice, from 0. vessel: number of the vessel, the same in every slice
            that it crosses, from 1.
        voxels, accepted: number of voxels, and number of those in the AIF.
        position: LPS centre, mm.
        SNR: baseline over noise. arrival: s, half of the peak. rise: s. width: s.
        peak, late: contrast agent in ``Detection.unit``. roughness: share of the peak.
        thickness, length, elongation: of the whole vessel, mm.
        verdict: ACCEPTED (or CHOSEN) if any voxel is in the AIF, else the most frequent verdict.
        signal: ``(frames,)``, mean signal of the accepted voxels, or of all if there are none.
    """

    slice: int
    vessel: int
    voxels: int
    accepted: int
    position: tuple[float, float, float]
    SNR: float
    arrival: float
    rise: float
    peak: float
    width: float
    late: float
    roughness: float
    thickness: float
    length: float
    elongation: float
    verdict: Verdict
    signal: NDArray[np.float64]

    @property
    def name(self) -> str:
        """Return the name of its curve in charts, unique among the candidates."""
        return f"slice {self.slice + 1}, vessel {self.vessel}"

    @property
    def reason(self) -> str:
        """Return the reason for the verdict as text."""
        return self.verdict.reason


@dataclass(frozen=True, eq=False)
class Detection:
    """Artery in a dynamic series, with every vessel that was considered.

    Attributes:
        candidates: best first; the vessels that were rejected follow with their reasons.
        verdicts: ``(slices, rows, columns)`` of :class:`Verdict`.
        vessels: the same shape; number of the vessel that a voxel belongs to, 0 for none.
        arrival: the same shape; s, half of the peak; NaN where no curve was scored.
        signal: ``(frames,)``, mean of the accepted voxels, each moved to the median arrival
            and with the noise floor subtracted; None without a trustworthy artery.
        baseline_frames: before the first contrast agent anywhere in the series.
        noise: SD of one frame, scanner units.
        unit: of the candidates' peak and late level: "mM" or "(S-S0)/S0".
        doubt: reason why no AIF can be trusted, one sentence; empty if one can.
        evidence: one per vessel, in the order of their numbers: how well it explains the tissue.
        warnings: what is unusual about the artery, one sentence each.
        of_scale: those of them that the scale of the magnitude gives; a correction of the curve
            by phase or for T2* changes them.
        against_evidence: why the vessel that a person chose is not the artery by the evidence;
            empty where nobody chose against it.
        emptied: name of the changes by hand that leave no voxel of an artery that was found.
    """

    candidates: tuple[Candidate, ...]
    verdicts: NDArray[np.uint8]
    vessels: NDArray[np.int32]
    arrival: NDArray[np.float32]
    signal: NDArray[np.float64] | None
    baseline_frames: int
    noise: float
    unit: str
    doubt: str = ""
    evidence: tuple[VesselEvidence, ...] = ()
    warnings: tuple[str, ...] = ()
    of_scale: tuple[str, ...] = ()
    against_evidence: str = ""
    emptied: str = ""

    @property
    def artery(self) -> VesselEvidence | None:
        """Return the evidence of the vessel with most accepted voxels; None without one."""
        numbers = self.vessels[self.mask]
        numbers = numbers[numbers > 0]
        if not numbers.size:
            return None
        most = int(np.bincount(numbers).argmax())
        return next((e for e in self.evidence if e.vessel == most), None)

    @property
    def alternatives(self) -> tuple[VesselEvidence, ...]:
        """Return the other vessels that explain the tissue as well, with Vp equal to a factor."""
        main = self.artery
        return tuple(e for e in self.evidence if e.equal and e is not main)

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """The mask of the voxels in the AIF: accepted, or chosen by hand; read-only."""
        mask = np.isin(self.verdicts, (Verdict.ACCEPTED, Verdict.CHOSEN))
        mask.flags.writeable = False
        return mask

    @property
    def slices(self) -> list[int]:
        """Return the slices with an accepted voxel, from 0."""
        return [int(k) for k in np.flatnonzero(self.mask.any(axis=(1, 2)))]

    @property
    def best(self) -> list[Candidate]:
        """Return the best candidate in every slice that it crosses; [] without candidates."""
        doubted = [c for c in self.candidates if c.verdict == Verdict.DOUBTED]
        first = next(iter([*doubted, *self.candidates]), None)
        return [c for c in doubted or self.candidates if first and c.vessel == first.vessel]

    def counts(self) -> dict[str, int]:
        """Count the enhancing voxels by reason."""
        codes, counts = np.unique(self.verdicts, return_counts=True)
        return {
            Verdict(code).reason: int(n)
            for code, n in zip(codes, counts, strict=True)
            if code != Verdict.NOT_ENHANCING
        }

    def trusted(self, *, drawn: bool = False, tissue: bool = True) -> Detection:
        """Return the detection itself if its AIF can be trusted.

        Args:
            drawn: whether an artery is drawn, which could be chosen as the source of the AIF.
            tissue: whether tissue is drawn; the search leaves out vessels that lie in it.

        Raises:
            InputError: the AIF cannot be trusted; the message gives the reason.
        """
        if self.emptied:
            raise InputError(
                f"The selection '{self.emptied}' leaves no voxel of the artery.",
                code="aif_selection_empty",
                about=self.emptied,
                fields=("inputs.aif_selection",),
            )
        if self.doubt:
            where = ""
            if self.candidates:
                slices = sorted(c.slice + 1 for c in self.best)
                *others, last = slices
                if not others:
                    where = f" The best candidate lies in slice {last}."
                elif last - slices[0] == len(others):
                    where = f" The best candidate lies in slices {slices[0]} to {last}."
                else:
                    listed = ", ".join(str(one) for one in others)
                    where = f" The best candidate lies in slices {listed} and {last}."
            raise InputError(
                "No trustworthy AIF." + f" {self.doubt[0].upper()}{self.doubt[1:]}" + where,
                code="no_trustworthy_aif",
                fields=[
                    "inputs.aif_selection",
                    "aif.source=mask" if drawn else "inputs.aif_mask",
                    *(["inputs.roi=lesion"] if self.candidates and not tissue else []),
                    "inputs.aif_file",
                    "aif.source=parker",
                ],
            )
        return self
