"""What runs it for real: the files of deploy/ are right, and proxies let answers through as they come."""

from __future__ import annotations

import configparser
import datetime
import ipaddress
import os
import re
import shutil
import ssl
import subprocess
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from answerback.settings import BY_NAME
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.services import Server, free_port, wait_until

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"


def program(name: str) -> str:
    """A program of the machine's, or one that tests/system_packages.sh has unpacked."""
    tools = ROOT / ".tools" / "usr"
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], str(tools / "sbin"), str(tools / "bin")]))
    assert found, f"{name} is not here; tests/system_packages.sh sees to it"
    return found


def certificate(folder: Path) -> None:
    """A certificate for this machine, as `cert.pem` and `key.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(private)


@contextmanager
def running(*command: str, folder: Path, **environment: str) -> Iterator[None]:
    own = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    process = subprocess.Popen(command, cwd=folder, env=os.environ | own | environment)
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(20) is not None


def events_arrive_one_by_one(proxy: str, server: Server, context: ssl.SSLContext | None = None) -> None:
    """A reader behind the proxy hears of a comment while the stream is open."""

    def connect() -> Any:
        try:
            url = f"{proxy}/api/events/?site=demo&page={server.page}"
            return urllib.request.urlopen(url, timeout=20, context=context)
        except OSError:
            return None

    server.begin()
    with wait_until(connect) as stream:
        assert "max-age=63072000" in stream.headers["Strict-Transport-Security"]
        assert stream.readline() == b"retry: 2000\n"
        assert server.post("Is anybody there?").status == 201
        names = iter(lambda: stream.readline().strip(), b"event: answer.settled")
        assert b"event: comment.added" in list(names)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{proxy}/metrics", timeout=20, context=context)


def test_nginx_passes_events_on_at_once(shared: Server, tmp_path: Path) -> None:
    certificate(tmp_path)
    plain, secure = free_port(), free_port()
    site = (DEPLOY / "nginx.conf").read_text("utf-8")
    site = re.sub(r"^ *listen \[::\].*\n", "", site, flags=re.M)
    site = site.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;")
    site = site.replace("listen 80;", f"listen 127.0.0.1:{plain};")
    site = site.replace("127.0.0.1:8000", shared.url.removeprefix("http://").replace("localhost", "127.0.0.1"))
    site = re.sub(r"/etc/letsencrypt/\S+/fullchain.pem", str(tmp_path / "cert.pem"), site)
    site = re.sub(r"/etc/letsencrypt/\S+/privkey.pem", str(tmp_path / "key.pem"), site)
    temporary = "".join(
        f"{kind}_temp_path {tmp_path};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "whole.conf").write_text(
        f"daemon off; pid {tmp_path}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log {tmp_path}/log; {temporary}\n{site} }}",
        "utf-8",
    )
    context = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    command = (program("nginx"), "-p", str(tmp_path), "-e", "stderr", "-c", str(tmp_path / "whole.conf"))
    with running(*command, folder=tmp_path):
        proxy = f"https://127.0.0.1:{secure}"
        events_arrive_one_by_one(proxy, shared, context)
        secret = ("/notifications/feed/?id=a", "/admin/by-mail/?link=a", "/admin/sign-in/a/", "/sign-in/mail/a/")
        for path in (*secret, "/last/"):
            with pytest.raises(urllib.error.HTTPError, match="40"):
                urllib.request.urlopen(f"{proxy}{path}", timeout=20, context=context)
        logged = wait_until(lambda: [text for text in [(tmp_path / "log").read_text()] if "/last/" in text])[0]
        assert "/api/events/" in logged and not any(path in logged for path in secret)


def test_caddy_passes_events_on_at_once(shared: Server, tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "Caddyfile").write_text(
        "{\n\tadmin off\n\tauto_https off\n\tgrace_period 1s\n}\n" + (DEPLOY / "Caddyfile").read_text("utf-8"), "utf-8"
    )
    upstream = shared.url.removeprefix("http://")
    command = (program("caddy"), "run", "--adapter", "caddyfile", "--config", str(tmp_path / "Caddyfile"))
    host = f"http://127.0.0.1:{port}"
    with running(*command, folder=tmp_path, ANSWERBACK_HOST=host, ANSWERBACK_UPSTREAM=upstream):
        events_arrive_one_by_one(host, shared)


@pytest.mark.parametrize("name", ["README.md", "docs/install.md", "docs/operating.md"])
def test_documented_commands_parse(name: str) -> None:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", (ROOT / name).read_text("utf-8"), re.M | re.S)
    blocks = [block for language, block in found if not language]
    assert blocks
    for block in blocks:
        shell = block.replace("<this project>", "project").replace("…", "x")
        done = subprocess.run(["bash", "-n"], input=shell, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), block


def named_settings(text: str) -> set[str]:
    elsewhere = {
        "ANSWERBACK_HOST",
        "ANSWERBACK_UPSTREAM",
        "ANSWERBACK_SSO_SECRET",
    }  # the proxy's, a site's own server's
    return set(re.findall(r"\b(?:ANSWERBACK|OPENAI)_[A-Z_]+", text)) - elsewhere


def test_all_settings_that_are_named_exist() -> None:
    for path in [*DEPLOY.iterdir(), ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        names = {name.removesuffix("_FILE") for name in named_settings(path.read_text("utf-8"))}
        prefixes = {name for name in names if name.endswith("_")}
        assert names - prefixes <= set(BY_NAME), path.name


def constraints() -> set[str]:
    """Names and versions that `make build` and the image hold pip to."""
    command = ["sed", "-n", "-f", "constraints.sed", "requirements.lock"]
    done = subprocess.run(command, cwd=ROOT / "server", capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_image_copies_existing_files_and_is_not_root() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    stages = re.split(r"^FROM ", text, flags=re.M)[1:]
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.M):
        assert [name for name in sources.split() if not (ROOT / name).exists()] == []
    assert re.findall(r"^USER (\S+)", stages[-1], re.M) == ["answerback"]
    assert stages[-1].startswith("python\n"), "Node is not in the image"


def test_images_are_pinned_by_digest() -> None:
    named = re.findall(r"^FROM (\S+:\S+)", (DEPLOY / "Dockerfile").read_text("utf-8"), re.M)
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    named += [service["image"] for service in services.values() if "build" not in service]
    assert len(named) == 4
    assert [image for image in named if not re.fullmatch(r"[\w/.:-]+@sha256:[0-9a-f]{64}", image)] == []


def test_pip_installs_what_the_lock_names() -> None:
    pinned = constraints()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.match(r"[a-z0-9-]+", line)[0] for line in project["dependencies"]}  # type: ignore[index]  # it matches
    assert needed <= {line.partition("==")[0].lower() for line in pinned}
    lock = (ROOT / "server" / "requirements.lock").read_text("utf-8")
    assert pinned == set(re.findall(r"^([\w.-]+==[^ ;]+)", lock, re.M))
    install = "pip install -c dist/constraints.txt dist/answerback-*.whl"
    assert (ROOT / "docs" / "install.md").read_text("utf-8").count(install) == 2
    for path in (ROOT / "Makefile", DEPLOY / "Dockerfile"):
        assert "sed -n -f server/constraints.sed server/requirements.lock" in path.read_text("utf-8")


def test_compose_services_cannot_use_up_the_machine() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    services = compose["services"]
    for name, service in services.items():
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}, name
        assert re.fullmatch(r"\d+m", service["mem_limit"]), name
        for volume in service["volumes"]:
            source = volume.partition(":")[0]
            assert (DEPLOY / source).is_file() if source.startswith(".") else source in compose["volumes"]
    assert {name for name, service in services.items() if "healthcheck" in service} == {"answerback", "caddy"}
    proxies = services["answerback"]["environment"]["ANSWERBACK_TRUSTED_PROXIES"]
    assert compose["networks"]["inside"]["ipam"]["config"] == [{"subnet": proxies}]


@pytest.mark.parametrize("name", ["answerback.service", "answerback-litestream.service"])
def test_systemd_unit_is_valid(name: str, tmp_path: Path) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their capitals
    unit.read_string(text)
    assert set(unit) == {"DEFAULT", "Unit", "Service", "Install"}
    assert unit["Service"]["NoNewPrivileges"] == "yes"
    assert unit["Service"]["User"] == "answerback"
    # It lowers the priority of threads that check passwords or make backups; a call that is not let through must not be
    # the end of the process.
    if name == "answerback.service":
        assert re.findall(r"^SystemCallFilter=(.+)", text, re.M)[-1] == "setpriority"
    assert unit["Service"]["SystemCallErrorNumber"] == "EPERM"
    verify = shutil.which("systemd-analyze")
    if verify:
        copy = tmp_path / name
        copy.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.M), "utf-8")
        done = subprocess.run([verify, "verify", str(copy)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
