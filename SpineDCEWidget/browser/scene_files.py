"""Scenes opened and saved from the page: ``.mrb``, as 3D Slicer opens and saves them."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from SpineDCELib.mrml.scene_bundles import pack_bundle, unfold_bundle

from SpineDCEWidget.browser.autosave import work_on_scene
from SpineDCEWidget.browser.scene_reader import read_scene

KINDS = (".mrb", ".mrml")


class Scenes:
    """The working scene as one file."""

    def __init__(self, station: Any) -> None:
        self._station = station

    async def open(self, path: Path) -> list[Any]:
        """Open the visits of a scene that was saved here or by the module in 3D Slicer.

        Later work on them is restored. Nothing is opened, and the reason told, if the scene cannot
        be read.
        """
        station = self._station
        if not path.is_file():
            station.fail(f"{path} does not exist. Choose the scene's file.")
            return []
        done, found = await station.jobs.run(
            "Opening the scene", lambda progress: read_scene(path, progress)
        )
        if not done:
            return []
        station.autosave.scene = path
        opened, since = [], work_on_scene(path)
        for bundled in found:
            name, images = bundled.saved.name, bundled.images
            work = since.get(name, bundled.saved)
            if work.geometry is not None and not work.geometry.matches(images.dynamic.geometry):
                work = bundled.saved
            opened.append(station.session.open(name, images, saved=work))
            if work is not bundled.saved:
                station.tell(
                    f"Your work on the {name} visit since the scene was saved was restored."
                )
            station.study_opened(opened[-1])
        return opened

    async def save(self) -> None:
        """Images, regions, choices and maps as one file that the browser keeps."""
        station = self._station
        folder, path = station.files / "scene", station.files / "spinedce-scene.mrb"
        shutil.rmtree(folder, ignore_errors=True)
        try:
            done = await station.jobs.walk(
                "Writing the scene",
                unfold_bundle(station.session.bundle(), folder / path.stem, **station.maps.looks()),
            )
            if done:
                done, _ = await station.jobs.run(
                    "Packing the scene",
                    lambda progress: pack_bundle(folder / path.stem, path, progress),
                )
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if done:
            with station.state as state:
                state.download = {"url": f"files/{path.name}?save=1", "at": time.time()}
            station.tell("The scene is in your downloads.")
