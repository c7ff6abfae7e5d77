"""3D Slicer's module of sample data, as far as it is used."""

from collections.abc import Callable
from typing import Any

class SampleDataLogic:
    @staticmethod
    def registerCustomSampleDataSource(
        category: str = ...,
        sampleName: str | None = ...,
        uris: str | list[str] | None = ...,
        fileNames: str | list[str] | None = ...,
        nodeNames: str | list[str] | None = ...,
        customDownloader: Callable[..., Any] | None = ...,
        thumbnailFileName: str | None = ...,
    ) -> None: ...
