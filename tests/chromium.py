"""Make sure that there is a Chromium for the browser tests, or say what to do.

Debian as root: the distribution's package; elsewhere Playwright's own. Chromium's headless shell is
taken first: the same engine without the windows around it, a third quicker.
"""

import os
import shutil
import subprocess
import sys

PACKAGES = ("chromium-headless-shell", "chromium")
NAMES = (*PACKAGES, "chromium-browser", "google-chrome-stable", "google-chrome")


def find() -> str | None:
    """Give the path of a browser, from the system or from Playwright."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return _playwrights()


def install() -> None:
    """Install a browser by what this machine offers."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        quiet = {"env": environment, "stdout": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-q"], **quiet, check=False)
        for package in PACKAGES:
            command = ["apt-get", "install", "-qy", package]
            if subprocess.run(command, **quiet, check=False).returncode == 0:
                return
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if path and os.path.exists(path) else None


if __name__ == "__main__":
    if find() is None:
        print("No Chromium found; installing one for the browser tests.", flush=True)
        install()
    if find() is None:
        sys.exit(
            "The browser tests need Chromium, and it could not be installed. Install it by hand "
            "(Debian: apt-get install chromium; macOS: python -m playwright install chromium) and "
            "run this again."
        )
