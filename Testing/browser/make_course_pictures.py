"""The pictures of docs/course.md: ``python -m browser.make_course_pictures docs/images``.

A digital patient with three visits is followed on the page by mouse.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from browser.make_pictures import shrink
from browser.test_course_page import Followed
from SpineDCELib.phantom import write_courses


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="small")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp())
    written = write_courses(home / "patients", 3, only=["recurrence"], size=options.size)
    followed = Followed(home / "home", written["recurrence"])
    page = followed.page

    def shot(name: str) -> None:
        time.sleep(1.5)
        path = options.folder / f"course-{name}.png"
        page.picture(path)
        shrink(path)
        print(path, f"{path.stat().st_size / 1000:.0f} kB", flush=True)

    try:
        page.click("#step-3")
        shot("opened")
        followed.follow()
        shot("followed")
        followed.click_point(1)
        page.wait(lambda: "follow-up" in followed.rows().values(), 60)
        shot("point")
        print(followed.program.troubles(), page.troubles())
    finally:
        page.quit()
        followed.program.stop()


if __name__ == "__main__":
    main()
