"""Small sites whose pages change without loading, made by the real tools.

Each is built where it is first asked for and kept, by its sources and lock files, in the user's cache: nothing built is
committed, and a second run installs nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import inspect
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "answerback-tests"
ESBUILD = Path(__file__).parents[3] / "widget" / "node_modules" / "esbuild" / "bin" / "esbuild"
NPM = ("npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
QUIET = {"ASTRO_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1", "NO_UPDATE_NOTIFIER": "1", "CI": "1"}


def run(folder: Path, *command: str | Path) -> None:
    """Run a step of a build; what it says is shown where it fails."""
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=os.environ | QUIET, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]


def scripts(folder: Path) -> Path:
    """Pages by hand, each with the script that changes them."""
    run(folder, *NPM)
    packages = folder / "node_modules"
    for name, file in {
        "turbo": "@hotwired/turbo/dist/turbo.es2017-esm.js", "swup": "swup/dist/Swup.umd.js",
        "htmx": "htmx.org/dist/htmx.min.js", "docsify": "docsify/lib/docsify.min.js",
    }.items():  # fmt: skip
        shutil.copy(packages / file, folder / name / f"{name}.js")
    for name, source in {"react": "app.jsx", "vue": "app.js"}.items():
        bundle = f"--outfile={name}/app.js", "--allow-overwrite", "--bundle", "--minify", "--jsx=automatic"
        run(folder, ESBUILD, f"{name}/{source}", *bundle, '--define:process.env.NODE_ENV="production"')
        for page in ("one", "two", "none"):
            (folder / name / page).mkdir()
            shutil.copy(folder / name / "index.html", folder / name / page)
    shutil.rmtree(packages)
    return folder


def vitepress(folder: Path) -> Path:
    """VitePress, which hydrates what it has rendered."""
    run(folder, *NPM)
    run(folder, "node_modules/.bin/vitepress", "build")
    return folder / ".vitepress" / "dist"


def astro(folder: Path) -> Path:
    """Astro with its ClientRouter."""
    run(folder, *NPM)
    run(folder, "node_modules/.bin/astro", "build")
    return folder / "dist"


def docusaurus(folder: Path) -> Path:
    """Docusaurus with its classic preset."""
    run(folder, *NPM)
    run(folder, "node_modules/.bin/docusaurus", "build")
    return folder / "build"


def material(folder: Path) -> Path:
    """MkDocs Material with instant loading."""
    packages = folder / "packages"
    run(folder, sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--no-compile",
        "--target", packages, "-r", "requirements.lock")  # fmt: skip
    run(folder, "env", f"PYTHONPATH={packages}", sys.executable, "-m", "mkdocs", "build", "--quiet")
    return folder / "site"


BUILDS: dict[str, Callable[[Path], Path]] = {
    each.__name__: each for each in (scripts, vitepress, astro, docusaurus, material)
}


def built(name: str) -> Path:
    """The folder that a tool has made, now or on a run before."""
    digest = hashlib.sha256(inspect.getsource(BUILDS[name]).encode())
    sources = [path for path in sorted((FOLDER / name).rglob("*")) if path.is_file()]
    for path in sources:
        digest.update(f"{path.relative_to(FOLDER)}\0".encode() + path.read_bytes())
    CACHE.mkdir(parents=True, exist_ok=True)
    place = CACHE / f"{name}-{digest.hexdigest()[:16]}"
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            with tempfile.TemporaryDirectory(dir=CACHE, prefix=f"{name}-") as folder:
                source = Path(shutil.copytree(FOLDER / name, Path(folder) / name))
                BUILDS[name](source).rename(place)
    return place
