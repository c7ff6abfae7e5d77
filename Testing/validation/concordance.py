"""How well measured values agree with the truth."""

import numpy as np


def concordance(truth, found):
    """Lin's concordance correlation coefficient (Biometrics 1989;45:255)."""
    x, y = np.asarray(truth, float), np.asarray(found, float)
    covariance = ((x - x.mean()) * (y - y.mean())).mean()
    return 2 * covariance / (x.var() + y.var() + (x.mean() - y.mean()) ** 2)


def agreement_row(name, unit, truth, found):
    """One line of a table: n, bias, 95 % limits of agreement, largest error, concordance."""
    error = np.asarray(found, float) - np.asarray(truth, float)
    half = 1.96 * error.std(ddof=1)
    return (
        f"| {name} | {unit} | {error.size} | {error.mean():+.5f} | "
        f"{error.mean() - half:+.5f} … {error.mean() + half:+.5f} | "
        f"{np.abs(error).max():.5f} | {concordance(truth, found):.5f} |"
    )


HEADER = (
    "| parameter | unit | n | bias | 95 % limits of agreement | largest error | concordance |\n"
    "| --- | --- | --- | --- | --- | --- | --- |"
)
