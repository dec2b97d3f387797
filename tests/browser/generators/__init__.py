"""Small sites, made by the real tools and in their real themes.

Each is built where it is first asked for and kept, by its sources and lock files, in the user's cache: nothing built is
committed, and a second run installs nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import inspect
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "answerback-tests"
PACKAGES = Path(__file__).parents[3] / "widget" / "packages"
PACKAGED = {"scripts": ("widget", "react", "vue"), "astro": ("astro",), "docusaurus": ("docusaurus",),
            "python_sites": ("mkdocs",)}  # fmt: skip
"""Which of our packages a site uses."""
ESBUILD = Path(__file__).parents[3] / "widget" / "node_modules" / "esbuild" / "bin" / "esbuild"
NPM = ("npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
QUIET = {"ASTRO_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1", "NO_UPDATE_NOTIFIER": "1", "CI": "1",
         "NEXT_TELEMETRY_DISABLED": "1"}  # fmt: skip
TAG = '<script src="https://comments.example.com/answerback.js" data-site="my-blog" async></script>\n'
"""What the recipes put into a theme's own template."""


def run(folder: Path, *command: str | Path) -> None:
    """Run a step of a build; what it says is shown where it fails."""
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=os.environ | QUIET, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]


def add_packages(folder: Path, *names: str) -> None:
    """Install packages of ours, as npm does."""
    file = folder / "package.json"
    package = json.loads(file.read_text("utf-8"))
    for name in names:
        shutil.copytree(PACKAGES / name, folder / "node_modules" / "@answerback" / name)
        package["devDependencies"][f"@answerback/{name}"] = "*"
    file.write_text(json.dumps(package), "utf-8")


def scripts(folder: Path) -> Path:
    """Pages by hand, each with the script that changes them."""
    run(folder, *NPM)
    add_packages(folder, *PACKAGED["scripts"])
    packages = folder / "node_modules"
    for name, file in {
        "turbo": "@hotwired/turbo/dist/turbo.es2017-esm.js", "swup": "swup/dist/Swup.umd.js",
        "htmx": "htmx.org/dist/htmx.min.js", "docsify": "docsify/lib/docsify.min.js",
    }.items():  # fmt: skip
        shutil.copy(packages / file, folder / name / f"{name}.js")
    apps = {"react": "app.jsx", "vue": "app.js", "react_package": "app.jsx", "vue_package": "app.js"}
    for name, source in apps.items():
        bundle = f"--outfile={name}/app.js", "--allow-overwrite", "--bundle", "--minify", "--jsx=automatic"
        run(folder, ESBUILD, f"{name}/{source}", *bundle, '--define:process.env.NODE_ENV="production"')
        for page in ("one", "two", "none") if not name.endswith("_package") else ():
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
    add_packages(folder, *PACKAGED["astro"])
    run(folder, "node_modules/.bin/astro", "build")
    return folder / "dist"


def docusaurus(folder: Path) -> Path:
    """Docusaurus with its classic preset."""
    run(folder, *NPM)
    add_packages(folder, *PACKAGED["docusaurus"])
    run(folder, "node_modules/.bin/docusaurus", "build")
    return folder / "build"


def with_packages(folder: Path) -> tuple[str | Path, ...]:
    """How Python begins with what a lock file names, which is installed beside it."""
    packages = folder / "packages"
    run(folder, sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--no-compile",
        "--target", packages, "-r", "requirements.lock")  # fmt: skip
    return "env", f"PYTHONPATH={packages}", sys.executable, "-m"


def material(folder: Path) -> Path:
    """MkDocs Material with instant loading, in two colours."""
    run(folder, *with_packages(folder), "mkdocs", "build", "--quiet")
    return folder / "site"


def python_sites(folder: Path) -> Path:
    """Sphinx in its best-known themes, MkDocs in its own, Pelican."""
    python, sites = with_packages(folder), folder / "sites"
    plugin = shutil.copytree(PACKAGES / "mkdocs", folder / "plugin")
    run(folder, sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-compile",
        "--target", folder / "packages", plugin)  # fmt: skip
    for name, theme in {"furo": "furo", "rtd": "sphinx_rtd_theme", "pydata": "pydata_sphinx_theme"}.items():
        templates = "_furo" if name == "furo" else "_templates"
        run(folder, *python, "sphinx", "-q", "-D", f"html_theme={theme}", "-D", f"templates_path={templates}",
            "-D", "html_context.default_mode=auto",
            "sphinx", sites / name)  # fmt: skip
    run(folder / "mkdocs", *python, "mkdocs", "build", "--quiet", "--site-dir", sites / "mkdocs")
    run(
        folder / "pelican", *python, "pelican", "--quiet", "--settings", "pelicanconf.py", "--output", sites / "pelican"
    )
    return sites


def starlight(folder: Path) -> Path:
    """Astro's Starlight."""
    run(folder, *NPM)
    run(folder, "node_modules/.bin/astro", "build")
    return folder / "dist"


def node_sites(folder: Path) -> Path:
    """Eleventy, Hexo in two themes, and pages in well-known style sheets."""
    run(folder, *NPM)
    packages, sites, pages = folder / "node_modules", folder / "sites", folder / "pages"
    run(folder, "node_modules/.bin/eleventy", "--quiet", "--input=eleventy", f"--output={sites / 'eleventy'}")
    for name, theme in {"hexo": "landscape", "butterfly": "butterfly"}.items():
        shutil.copytree(packages / f"hexo-theme-{theme}", folder / name / "themes" / theme)
    with (folder / "hexo" / "themes" / "landscape" / "layout" / "post.ejs").open("a") as post:
        post.write(TAG)
    for name in ("hexo", "butterfly"):
        run(folder, "node_modules/.bin/hexo", "generate", "--silent", "--cwd", folder / name)
        (folder / name / "public").rename(sites / name)
    shutil.copy(packages / "bootstrap/dist/css/bootstrap.css", pages)
    shutil.copy(packages / "@picocss/pico/css/pico.css", pages)
    run(pages, "../node_modules/.bin/tailwindcss", "--input", "tailwind.input.css", "--output", "tailwind.css")
    pages.rename(sites / "pages")
    return sites


def next_site(folder: Path) -> Path:
    """Next, exported as files."""
    run(folder, *NPM)
    run(folder, "node_modules/.bin/next", "build")
    return folder / "out"


def sveltekit(folder: Path) -> Path:
    """SvelteKit with its adapter for files."""
    run(folder, *NPM)
    run(folder, "node_modules/.bin/vite", "build")
    return folder / "build"


def jekyll(folder: Path) -> Path:
    """Debian's Jekyll, in Minima."""
    find = 'print Gem::Specification.find_by_name("minima").gem_dir'
    theme = subprocess.run(["ruby", "-e", find], capture_output=True, text=True, check=True).stdout
    post = (Path(theme) / "_layouts" / "post.html").read_text("utf-8")
    (folder / "_layouts").mkdir()
    (folder / "_layouts" / "post.html").write_text(post.replace("{{ content }}", "{{ content }}\n" + TAG), "utf-8")
    run(folder, "jekyll", "build", "--quiet")
    return folder / "_site"


def modelled(folder: Path) -> Path:
    """Pages as the templates of places make them that cannot be installed here."""
    return folder


def hugo(folder: Path) -> Path:
    """Debian's Hugo."""
    run(folder, "hugo", "--quiet")
    return folder / "public"


BUILDS: dict[str, Callable[[Path], Path]] = {
    each.__name__: each
    for each in (
        docusaurus, next_site, starlight, node_sites, python_sites, sveltekit, scripts, vitepress, astro, material,
        modelled, jekyll, hugo,
    )
}  # fmt: skip
"""The slowest first; what a system's own packages are needed for last."""


def built(name: str) -> Path:
    """The folder that a tool has made, now or on a run before."""
    digest = hashlib.sha256(inspect.getsource(BUILDS[name]).encode())
    packages = [PACKAGES / package for package in PACKAGED.get(name, ())]
    used = [path for package in packages for path in sorted(package.rglob("*")) if path.suffix != ".md"]
    sources = [path for path in [*sorted((FOLDER / name).rglob("*")), *used] if path.is_file()]
    for path in sources:
        digest.update(f"{path.relative_to(PACKAGES.parents[1])}\0".encode() + path.read_bytes())
    CACHE.mkdir(parents=True, exist_ok=True)
    place = CACHE / f"{name}-{digest.hexdigest()[:16]}"
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            with tempfile.TemporaryDirectory(dir=CACHE, prefix=f"{name}-") as folder:
                source = Path(shutil.copytree(FOLDER / name, Path(folder) / name))
                BUILDS[name](source).rename(place)
    return place
