"""`answerback demo` as a newcomer meets it: without a key, without a network, ended by Ctrl-C."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

from tests.commands import clean_environment
from tests.services import Reply, Server, Site, free_port

ROOT = Path(__file__).parents[1]
SIOCSIFFLAGS, UP = 0x8914, 1


def test_the_demo_works_from_its_first_line_to_ctrl_c(tmp_path: Path) -> None:
    """In a network of its own that leads nowhere, where the machine lets us make one."""
    alone = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], capture_output=True).returncode:
        alone = []
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:1")
    visit = subprocess.run(
        [*alone, sys.executable, "-m", "tests.test_demo", str(tmp_path), "alone" if alone else ""], cwd=ROOT,
        env=os.environ | nowhere | {"no_proxy": "localhost,127.0.0.1"}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert visit.returncode == 0, visit.stderr


def test_taken_port_is_named_with_a_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        demo = subprocess.run(
            [sys.executable, "-m", "answerback", "demo", "--port", str(free_port()), "--site-port", taken],
            env=os.environ | {"ANSWERBACK_DATA_DIR": str(tmp_path / "data")}, cwd=tmp_path,
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert demo.returncode == 1
    problem, way_out = demo.stderr.splitlines()[-2:]
    assert taken in problem
    assert "answerback demo --port" in way_out


def bring_up_loopback() -> None:
    """A fresh network has its loopback switched off."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", UP))


def start(folder: Path, **settings: str) -> tuple[subprocess.Popen[str], list[str]]:
    """The demo, and what it has said until it was ready."""
    kept = clean_environment() | settings
    demo = subprocess.Popen(
        [sys.executable, "-m", "answerback", "demo", "--port", str(free_port()), "--site-port", str(free_port())],
        env=kept | {"ANSWERBACK_DATA_DIR": str(folder / "data")}, cwd=folder, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert demo.stderr is not None
    said = []
    for line in demo.stderr:
        said.append(line)
        if "Ctrl-C ends it" in line:
            break
    return demo, said


def visit(folder: Path) -> None:
    """Everything that the demo promises, in the order in which it is tried."""
    demo, said = start(folder)
    try:
        text = "".join(said)
        addresses = re.findall(r"http://\S+", text)
        assert len(addresses) == 4, text
        site, ours, log, link = addresses
        assert "quotes from the site (no model" in text
        home = Site(site.rstrip("/"), folder)
        server = Server(ours.rstrip("/"), home, folder, {}, page="/bread.html")
        see_the_site(server)
        ask(server)
        own(server, log, link)
        watcher = threading.Thread(target=watch, args=[server])
        watcher.start()
        demo.send_signal(signal.SIGINT)
        assert demo.wait(20) in (0, 130)
        watcher.join(20)
        assert demo.stderr is not None
        text += demo.stderr.read()
        assert "Traceback" not in text, text
        assert "Error" not in text, text
    finally:
        demo.kill()
        demo.wait()


def see_the_site(server: Server) -> None:
    """Each page of the plain site has the tag of our server, and the script behind it is there."""
    for path in ("/", "/bread.html", "/ko.html", "/strict.html"):
        with urllib.request.urlopen(server.site.origin + path, timeout=10) as response:
            page = response.read().decode()
        assert path == "/" or f"{server.url}/answerback.js" in page
    loader = server.call("GET", "/answerback.js")
    part = re.search(rb"answerback/thread-[\w@-]+\.js", loader.body)
    assert part
    assert server.call("GET", "/" + part[0].decode().replace("@", "en")).status == 200


def ask(server: Server) -> None:
    """A guest of the site's page asks, and is answered with the page's own words."""
    server.begin()
    asked = server.post("How long does the house loaf rest?", name="Mina")
    assert asked.status == 201, asked.body
    reply = server.settled(asked.json["answer"]["id"])
    assert reply["answer"]["state"] == "done"
    assert reply["answer"]["sources"], reply


def own(server: Server, log: str, link: str) -> None:
    """The printed sign-in leads into the log, where the comment is."""
    server.token = ""
    path = link.removeprefix(server.url)
    assert server.call("GET", path).status == 200
    signed_in = no_redirect(link, {"Origin": server.url, "Content-Type": "application/x-www-form-urlencoded"}, b"")
    assert signed_in.status == 303
    cookie = "; ".join(line.partition(";")[0] for line in signed_in.headers["set-cookie"].splitlines())
    page = server.call("GET", log.removeprefix(server.url), Cookie=cookie)
    assert b"How long does the house loaf rest?" in page.body


def no_redirect(url: str, headers: dict[str, str], body: bytes) -> Reply:
    """One POST whose redirect is looked at, not followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    opener = urllib.request.build_opener(Stay)
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        response = opener.open(request, timeout=10)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        headers = {name.lower(): "\n".join(response.headers.get_all(name, [])) for name in response.headers}
        return Reply(response.status, headers, response.read())


def watch(server: Server) -> None:
    """A reader's open stream: it must not keep the demo from ending."""
    try:
        with urllib.request.urlopen(f"{server.url}/api/events/?site=demo&page={server.page}", timeout=20) as stream:
            stream.read()
    except OSError as error:
        print(json.dumps(str(error)), file=sys.stderr)


if __name__ == "__main__":
    if sys.argv[2] == "alone":
        bring_up_loopback()
    visit(Path(sys.argv[1]))
