"""Quality of the reference vertebra, and better ones next to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from SpineDCELib.errors import Finding
from SpineDCELib.series import Geometry
from SpineDCELib.vocabulary.conversion_modes import is_per_water, normalised_vp
from SpineDCELib.vocabulary.quantities import QUANTITIES, times

#: A reference should have at least this many voxels.
MIN_VOXELS = 30
#: A vertebra is not uniform above this robust coefficient of variation of vp.
MAX_SPREAD = 0.5
#: Ratio of mean and median of Vp from which single voxels determine the mean by which every
#: normalised value is divided (chosen).
SKEWED = 1.2
#: vp that no vertebra has: about half of blood's (chosen).
VESSEL = 0.25
#: Marrow enhances above these vp and Ktrans (1/min): about three times the 0.01 and 0.02 of
#: healthy marrow in absolute units.
ENHANCED = {"vp": 0.03, "Ktrans": 0.06}
#: T10 of vertebral marrow at 1.5 T is 515 to 552 ms; fatty or irradiated marrow comes near fat's
#: 260 ms, oedema and metastasis near 1 s (s).
FATTY_T10, WET_T10 = 0.40, 0.80
#: Without T10: marrow is fatty above this ratio of its T1-weighted signal to its neighbours'.
FATTY_BRIGHTNESS = 1.35
#: Distance between neighbouring vertebrae, mm.
NEXT_VERTEBRA = (18.0, 50.0)

#: Score from which a vertebra can stand for the reference, or serve beside it.
SOUND_REFERENCE = 0.5
#: Findings of a vertebra that may hold tumour, a fracture, or irradiated marrow.
_INVOLVED = ("reference_enhances", "reference_high", "reference_wet", "reference_fatty")
#: All findings of a reference.
REFERENCE_FINDINGS = (
    "reference_unfitted", "reference_few_voxels", "reference_zero", "reference_not_uniform",
    "reference_skewed", "reference_low", *_INVOLVED,
)  # fmt: skip


@dataclass(frozen=True)
class ReferenceScore:
    """Quality of a reference vertebra.

    Attributes:
        name: of the region, or "1 above Reference" for a proposed neighbour.
        score: 0 to 1, the product of the scores of all tests; 1 is best.
        findings: one for every test that failed.
    """

    name: str
    score: float
    vp: float
    spread: float  #: robust coefficient of variation of vp
    T10: float  #: median, s; NaN where not known
    findings: tuple[Finding, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """The messages of the findings."""
        return tuple(finding.message for finding in self.findings)

    @property
    def is_uninvolved(self) -> bool:
        """Whether the vertebra can stand for, or beside, the reference."""
        return self.score >= SOUND_REFERENCE and not any(
            finding.code in _INVOLVED for finding in self.findings
        )


def few_voxels(name: str, count: int) -> Finding | None:
    """Return that a reference has too few voxels; None if it has enough."""
    if count >= MIN_VOXELS:
        return None
    said = f"{name} has only {count} voxels. A reference needs at least {MIN_VOXELS}."
    return Finding("reference_few_voxels", said, name, ("inputs.roi",))


def unusual_T10(name: str, T10: float) -> Finding | None:
    """Return that no healthy marrow has the median T10 of a reference, s; None if one may."""
    if T10 < FATTY_T10:
        code = "reference_fatty"
        said = (
            f"T10 of {name} is {T10 * 1000:.0f} ms, shorter than that of healthy marrow: its "
            "marrow may be fatty or irradiated, or T10 is too low everywhere (B1)."
        )
    elif T10 > WET_T10:
        code = "reference_wet"
        said = (
            f"T10 of {name} is {T10 * 1000:.0f} ms, longer than that of healthy marrow: it may "
            "hold oedema, a fracture or tumour, or T10 is too high everywhere (B1)."
        )
    else:
        return None
    return Finding(code, said, name, ("inputs.roi",))


def score_reference(
    name: str,
    *,
    mask: NDArray[np.bool_],
    vp: NDArray[np.floating],
    divisor: NDArray[np.floating] | None = None,
    Ktrans: NDArray[np.floating] | None = None,
    T10: NDArray[np.floating] | None = None,
    brightness: float = 1.0,
    absolute: bool = True,
    neighbours_vp: float | None = None,
    mode: str = "",
) -> ReferenceScore:
    """Score one reference: uniform, not enhanced, not fatty, irradiated or wet, large enough.

    Args:
        vp, Ktrans, T10: maps ``(slices, rows, columns)``; T10 in s.
        divisor: the map of Vp by whose mean values are normalised; None if that is vp.
        brightness: T1-weighted signal over that of the neighbouring vertebrae.
        absolute: vp and Ktrans have an absolute scale (not so with relative signal).
        neighbours_vp: median vp of the neighbouring vertebrae, if any were found.
        mode: of the conversion, which decides what Vp is a fraction of.
    """
    values = vp[mask & np.isfinite(vp)].astype(float)
    findings: list[Finding] = []
    score = 1.0

    def found(code: str, message: str) -> Finding:
        return Finding(code, message, name, ("inputs.roi",))

    def fault(share: float, code: str, message: str) -> None:
        nonlocal score
        score *= min(max(share, 0.0), 1.0)
        findings.append(found(code, message))

    nan = float("nan")
    if values.size == 0:
        unfitted = found("reference_unfitted", f"{name} has no fitted voxel.")
        return ReferenceScore(name, 0.0, nan, nan, nan, (unfitted,))
    if few := few_voxels(name, values.size):
        fault(values.size / MIN_VOXELS, few.code, few.message)
    middle = float(np.median(values))
    mean = float(values.mean())
    quarter, three = np.percentile(values, (25, 75))
    spread = float((three - quarter) / 1.349 / mean) if mean > 0 else float("inf")
    if not mean > 0:
        fault(0.0, "reference_zero", f"Vp of {name} is 0, so nothing can be normalised to it.")
    elif spread > MAX_SPREAD:
        fault(
            MAX_SPREAD / spread,
            "reference_not_uniform",
            f"{name} is not uniform: Vp varies by {100 * spread:.0f} % between voxels.",
        )
    if skewed := _skewed(vp[mask] if divisor is None else divisor[mask]):
        ratio, other, shown_values = skewed
        title = QUANTITIES[normalised_vp(mode)].title
        said = skewed_text(title, name, shown_values, other, divides=True)
        fault(SKEWED / ratio, "reference_skewed", said)
    if absolute:
        # Medians, because a few voxels can have huge values.
        typical = {"vp": middle}
        if Ktrans is not None:
            typical["Ktrans"] = float(np.nanmedian(Ktrans[mask]))
        for parameter, limit in ENHANCED.items():
            value = typical.get(parameter, 0.0)
            if not value > limit:
                continue
            shown = _shown(parameter, value)
            bound = _shown(parameter, limit, with_title=False)
            # The tables have Vp per volume of tissue too.
            if parameter == "vp" and is_per_water(parameter, mode):
                amount = _shown(parameter, value, with_title=False)
                message = (
                    f"{name} enhances: the median of its voxels, Vp per volume of water {amount}, "
                    f"is above {bound}, so it may contain tumour, a haemangioma or a fresh "
                    "fracture, or the AIF is too low."
                )
            else:
                message = (
                    f"{name} enhances: the median of its voxels, {shown}, is above {bound}, so it "
                    "may contain tumour, a haemangioma or a fresh fracture, or the AIF is too low."
                )
            fault(limit / value, "reference_enhances", message)
    if neighbours_vp is not None and neighbours_vp > 0 and mean > 0:
        ratio = middle / neighbours_vp
        if ratio < 0.5:
            fault(
                ratio * 2,
                "reference_low",
                f"Vp of {name} is {100 * ratio:.0f} % of its neighbours', as in fatty marrow, in "
                "irradiated marrow, or at a shift that does not fit it. Values normalised by it "
                "are too high then.",
            )
        elif ratio > 2:
            fault(2 / ratio, "reference_high", f"Vp of {name} is {times(ratio)} its neighbours'.")
    T1 = float(np.nanmedian(T10[mask])) if T10 is not None else nan
    if unusual := unusual_T10(name, T1):
        share = T1 / FATTY_T10 / 2 if T1 < FATTY_T10 else WET_T10 / T1
        fault(share, unusual.code, unusual.message)
    elif not np.isfinite(T1) and brightness > FATTY_BRIGHTNESS:
        fault(
            FATTY_BRIGHTNESS / brightness / 2,
            "reference_fatty",
            f"The T1-weighted signal of {name} is {times(brightness)} its neighbours': fatty or "
            "irradiated marrow.",
        )
    return ReferenceScore(name, score, mean, spread, T1, tuple(findings))


#: Place of a neighbour, as in its name → advice to use it.
_BETTER = {
    "1 above": "The next vertebra above {name} would be a better reference: its quality is "
    "{better} of 1, that of {same} {own}.",
    "2 above": "The second vertebra above {name} would be a better reference: its quality is "
    "{better} of 1, that of {same} {own}.",
    "1 below": "The next vertebra below {name} would be a better reference: its quality is "
    "{better} of 1, that of {same} {own}.",
    "2 below": "The second vertebra below {name} would be a better reference: its quality is "
    "{better} of 1, that of {same} {own}.",
}
#: What the score of a reference is, for a person.
_QUALITY = (
    " The quality is 1 for a vertebra that is uniform and large enough, does not enhance, is "
    "neither fatty nor oedematous, and has the Vp of its neighbours. It is judged in each visit "
    "alone; both visits need the same vertebra."
)


def better_reference(better: ReferenceScore, score: ReferenceScore) -> str:
    """Return the advice to use a neighbour instead of a reference, with both scores explained."""
    place = " ".join(better.name.split()[:2])
    said = _BETTER[place].format(
        name=score.name, same=score.name, better=f"{better.score:.2f}", own=f"{score.score:.2f}"
    )
    return said + _QUALITY


def skewed_text(
    title: str, name: str, shown_values: tuple[str, str], other: float, *, divides: bool
) -> str:
    """Say that mean and median of a region differ, and what that means for a ratio.

    Args:
        shown_values: mean and median. other: the ratio with the median over that with the mean; 0
            if the median gives no ratio.
        divides: the region is a reference, or a vertebra that could be one.
    """
    mean, median = shown_values
    said = (
        f"The mean {title} of {name} is {mean} and its median {median}: some of its voxels differ "
        "much from the others. "
    )
    if not other > 0:
        return said + (
            "Values normalised by it use its mean."
            if divides
            else "The normalised value uses the mean."
        )
    if divides and other > 1:
        return said + (
            "Values normalised by it use its mean; with its median they would be "
            f"{100 * (other - 1):.0f} % higher."
        )
    if divides:
        return said + (
            "Values normalised by it use its mean; with its median they would be "
            f"{100 * (1 - other):.0f} % lower."
        )
    if other > 1:
        return said + (
            "The normalised value uses the mean; with the median of this region it would be "
            f"{100 * (other - 1):.0f} % higher."
        )
    return said + (
        "The normalised value uses the mean; with the median of this region it would be "
        f"{100 * (1 - other):.0f} % lower."
    )


def _skewed(values: NDArray[np.floating]) -> tuple[float, float, tuple[str, str]] | None:
    """Return how far mean and median of Vp differ, mean over median, and both as text.

    None where they do not differ much. The second is 0 where it is not known.

    Where the mean is not above 0, another finding says so.
    """
    known = values[np.isfinite(values)].astype(float)
    mean, median = float(known.mean()), float(np.median(known))
    if not mean > 0 or max(mean, median) <= SKEWED * min(mean, median):
        return None
    shown_values = _shown("vp", mean, with_title=False), _shown("vp", median, with_title=False)
    if not median > 0:
        return float("inf"), 0.0, shown_values
    return max(mean, median) / min(mean, median), mean / median, shown_values


def _shown(parameter: str, value: float, *, with_title: bool = True) -> str:
    """Format a parameter for a message: "Vp 3.12 mL/100 mL"."""
    quantity = QUANTITIES[parameter]
    text = quantity.text(quantity.shown(value))
    return f"{quantity.title} {text}" if with_title else text


def neighbouring_vertebrae(
    mask: NDArray[np.bool_],
    *,
    image: NDArray[np.floating],
    geometry: Geometry,
    avoid: NDArray[np.bool_] | None = None,
    steps: int = 2,
    least_match: float = 0.35,
) -> dict[str, NDArray[np.bool_]]:
    """Move the outline of the reference to the vertebrae above and below.

    The next vertebra is found along the spine by normalised cross-correlation of the reference
    and its surroundings (Lewis 1995), one vertebra at a time; the outline keeps its shape.

    Args:
        mask: the reference, ``(slices, rows, columns)``.
        image: T1-weighted, or the dynamic images before contrast.
        avoid: voxels that no neighbour may touch (lesions, exclusions).
        steps: number of vertebrae in each direction.
        least_match: smallest correlation at which a vertebra is found.

    Returns:
        "1 above", "2 above", "1 below" … → mask.
    """
    found: dict[str, NDArray[np.bool_]] = {}
    # Per voxel of column, row and slice, mm towards the head; slices are not crossed.
    up = geometry.affine[2, :2][::-1]  # per row, per column
    spacing = np.array(geometry.spacing[1::-1])  # row, column
    if np.abs(up).max() < 0.5 * spacing.min():
        return found  # axial slices: the neighbours are in other slices
    for word, sign in (("above", 1.0), ("below", -1.0)):
        here = np.zeros(2, int)
        for number in range(1, steps + 1):
            step = _next(mask, here, image, up * sign, spacing, least_match)
            if step is None:
                break
            here = here + step
            moved = _moved(mask, here)
            if moved.sum() < 0.9 * mask.sum():
                break
            if avoid is not None and (moved & avoid).sum() > 0.02 * moved.sum():
                continue
            found[f"{number} {word}"] = moved
    return found


def _next(
    mask: NDArray[np.bool_],
    here: NDArray[np.int_],
    image: NDArray[np.floating],
    up: NDArray[np.floating],
    spacing: NDArray[np.floating],
    least_match: float,
) -> NDArray[np.int_] | None:
    """Return rows and columns from the outline to the next vertebra, or None."""
    slices = np.flatnonzero(mask.any(axis=(1, 2)))
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in ((0, 2), (0, 1)))
    pad = np.ceil(8.0 / spacing).astype(int)
    low = np.maximum(np.array([rows[0], columns[0]]) - pad, 0)
    high = np.minimum(np.array([rows[-1], columns[-1]]) + pad + 1, image.shape[1:])
    template = image[slices][:, low[0] : high[0], low[1] : high[1]].astype(float)
    template = template - template.mean()
    size = np.array(template.shape[1:])
    norm = float(np.sqrt((template**2).sum()))
    if norm == 0:
        return None
    own = image[slices].astype(float)
    product = _correlated(own, template)
    box = np.ones((1, *size))
    total = _correlated(own.sum(axis=0, keepdims=True), box)
    squares = _correlated((own**2).sum(axis=0, keepdims=True), box)
    variance = squares - total**2 / template.size
    floor = 1e-6 * squares.max()
    match = np.where(variance > floor, product / norm / np.sqrt(np.maximum(variance, floor)), 0.0)
    offsets = np.indices(match.shape) - (low + here)[:, None, None]
    headwards = np.tensordot(up, offsets, axes=1)
    length = np.sqrt(((offsets * spacing[:, None, None]) ** 2).sum(axis=0))
    near = (length >= NEXT_VERTEBRA[0]) & (length <= NEXT_VERTEBRA[1])
    allowed = near & (headwards > 0.85 * length)
    if not allowed.any():
        return None
    peak = (match == ndimage.maximum_filter(match, size=3)) & allowed & (match > least_match)
    if not peak.any():
        return None
    # Take the nearest good peak, because the vertebra after the next looks the same.
    good = peak & (match > 0.85 * match[peak].max())
    row, column = np.argwhere(good)[np.argmin(length[good])]
    return np.asarray(np.array([row, column]) - (low + here))


def _correlated(images: NDArray[np.float64], kernels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlate every slice with its kernel, wherever the kernel fits into it, and add the slices.

    scipy.signal does the same, and takes half a second to import.
    """
    full = [fft.next_fast_len(size, real=True) for size in images.shape[1:]]
    one, other = (fft.rfftn(values, full, axes=(1, 2)) for values in (images, kernels))
    product: NDArray[np.float64] = fft.irfftn((one * np.conj(other)).sum(axis=0), full)
    rows, columns = np.array(images.shape[1:]) - kernels.shape[1:] + 1
    return product[:rows, :columns]


def _moved(mask: NDArray[np.bool_], by: NDArray[np.int_]) -> NDArray[np.bool_]:
    out = np.zeros_like(mask)
    k, j, i = np.nonzero(mask)
    j, i = j + by[0], i + by[1]
    inside = (j >= 0) & (j < mask.shape[1]) & (i >= 0) & (i < mask.shape[2])
    out[k[inside], j[inside], i[inside]] = True
    return out


def _without_vessels(
    masks: Mapping[str, NDArray[np.bool_]], vp: NDArray[np.floating]
) -> dict[str, NDArray[np.bool_]]:
    """Leave voxels in and beside vessels out of moved outlines, which can reach into them.

    An outline that mostly lies there is left out as a whole.
    """
    vessels = ndimage.binary_dilation(vp > VESSEL, np.ones((1, 3, 3)))
    kept = {where: mask & ~vessels for where, mask in masks.items()}
    return {where: own for where, own in kept.items() if 2 * own.sum() > masks[where].sum()}


def score_references(
    references: Mapping[str, NDArray[np.bool_]],
    *,
    vp: NDArray[np.floating],
    divisor: NDArray[np.floating] | None = None,
    Ktrans: NDArray[np.floating] | None,
    T10: NDArray[np.floating] | None,
    image: NDArray[np.floating],
    geometry: Geometry,
    avoid: NDArray[np.bool_] | None = None,
    absolute: bool = True,
    mode: str = "",
) -> tuple[list[ReferenceScore], list[ReferenceScore], dict[str, NDArray[np.bool_]]]:
    """Score the references and their neighbours; return both scores and the neighbours' masks.

    Args: as of :func:`score_reference` and :func:`neighbouring_vertebrae`.
    """
    scores: list[ReferenceScore] = []
    proposed: list[ReferenceScore] = []
    masks: dict[str, NDArray[np.bool_]] = {}
    for name, mask in references.items():
        near = neighbouring_vertebrae(mask, image=image, geometry=geometry, avoid=avoid)
        if absolute:
            near = _without_vessels(near, vp)
        medians = {where: float(np.nanmedian(vp[m])) for where, m in near.items()}
        brights = {where: float(np.nanmedian(image[m])) for where, m in near.items()}
        own, bright = float(np.nanmedian(vp[mask])), float(np.nanmedian(image[mask]))

        def score(
            label: str,
            region: NDArray[np.bool_],
            others: list[float],
            bright: float,
            bright_others: list[float],
        ) -> ReferenceScore:
            return score_reference(
                label,
                mask=region,
                vp=vp,
                divisor=divisor,
                Ktrans=Ktrans,
                T10=T10,
                brightness=bright / float(np.median(bright_others)) if bright_others else 1.0,
                absolute=absolute,
                neighbours_vp=float(np.median(others)) if others else None,
                mode=mode,
            )

        scores.append(score(name, mask, list(medians.values()), bright, list(brights.values())))
        for where, region in near.items():
            others = [own, *(v for k, v in medians.items() if k != where)]
            bright_others = [bright, *(v for k, v in brights.items() if k != where)]
            label = f"{where} {name}"
            proposed.append(score(label, region, others, brights[where], bright_others))
            masks[label] = region
    return scores, proposed, masks
