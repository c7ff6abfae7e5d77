"""Opening and saving of scenes (``.mrb``), which 3D Slicer can open too."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from SpineDCELib.mrml.scene_bundles import pack_bundle, unfold_bundle

from SpineDCEWidget.browser.autosave import work_on_scene
from SpineDCEWidget.browser.scene_reader import read_scene

KINDS = (".mrb", ".mrml")


class Scenes:
    """Scene files of the workstation."""

    def __init__(self, station: Any) -> None:
        self._station = station

    async def open(self, path: Path, allowed: Sequence[Path] = ()) -> list[Any]:
        """Open the visits of a scene that was saved here or by the module in 3D Slicer.

        Later work on them is restored.

        Args:
            allowed: files outside the scene's folder that the user has agreed to read.

        Returns:
            The opened visits; none if the scene could not be read, which is shown as an error.
        """
        station = self._station
        if not path.is_file():
            station.show_error(f"{path} does not exist. Enter the path of a scene file.")
            return []
        done, found = await station.jobs.run(
            "Opening the scene", lambda progress: read_scene(path, progress, allowed)
        )
        if not done or not station.study.make_room():
            return []
        station.autosave.scene = path
        opened, since = [], work_on_scene(path, station.show_error)
        for bundled in found:
            name, images = bundled.saved.name, bundled.images
            work = since.get(name, bundled.saved)
            if work.geometry is not None and not work.geometry.matches(images.dynamic.geometry):
                work = bundled.saved
            opened.append(station.session.open(name, images, saved=work))
            if work is not bundled.saved:
                which = opened[-1].word
                station.show_note(
                    f"Your work on the {which} visit since the scene was saved was restored."
                )
            station.study_opened(opened[-1])
        return opened

    async def save(self) -> None:
        """Save images, regions, settings and maps as one file, which the browser downloads."""
        station = self._station
        folder, path = station.files / "scene", station.files / "spinedce-scene.mrb"
        shutil.rmtree(folder, ignore_errors=True)
        try:
            done = await station.jobs.walk(
                "Writing the scene",
                unfold_bundle(station.session.bundle(), folder / path.stem, **station.maps.style()),
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
            station.show_note("The scene is in your downloads folder.")
