"""Draws the app's icons from the mark. Needs Playwright and Chromium; its pictures are committed.

python tools/app_icons.py
"""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
MARK = ROOT / "static" / "img" / "mark.svg"
FOLDER = ROOT / "static" / "checkin" / "icons"
GROUND = "#12355b"


def main() -> None:
    """Write 192 and 512 pixels, each also with the margin that a maskable icon is cut in."""
    mark = MARK.read_text("utf-8")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for size in (192, 512):
            for name, share, ground in (("", 1.0, "transparent"), ("maskable-", 0.8, GROUND)):
                page = browser.new_page(viewport={"width": size, "height": size})
                page.set_content(
                    f"<style>html,body{{margin:0;height:100%;background:{ground}}}"
                    f"svg{{width:{share:.0%};margin:{(1 - share) / 2:.0%}}}</style>{mark}"
                )
                path = FOLDER / f"{name}{size}.png"
                page.screenshot(path=path, omit_background=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
