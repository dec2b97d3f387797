"""A real WordPress with our plugin: Debian's, unpacked by tests/system_packages.sh, on a MariaDB of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services import free_port, wait_until

ROOT = Path(__file__).parents[2]
TREE = ROOT / ".tools" / "usr" / "share" / "wordpress"
PLUGIN = ROOT / "widget" / "packages" / "wordpress" / "answerback.php"
PASSWORD = "the long secret of a keeper"
# Debian's own file looks for its settings in /etc.
CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:' . getenv('WORDPRESS_SOCKET')); define('DB_CHARSET', 'utf8mb4');
define('WP_PLUGIN_DIR', getenv('WORDPRESS_PLUGINS'));
define('WP_HOME', getenv('WORDPRESS_URL')); define('WP_SITEURL', WP_HOME);
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true);
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {
    define("{$name}_KEY", 'of a test'); define("{$name}_SALT", 'of a test');
}
$table_prefix = 'wp_';
defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
INSTALL = """
define('WP_INSTALLING', true);
function wp_mail() { return true; }
require getenv('TREE') . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Harbour', 'keeper', 'keeper@example.com', true, '', getenv('PASSWORD'));
"""


@dataclass(frozen=True)
class WordPress:
    """One that runs at `url`, with the plugin in its folder and not active yet."""

    url: str
    settings: dict[str, str]

    def run(self, code: str) -> None:
        """Run a piece of PHP; all of WordPress is loaded if the code loads it."""
        host = f"$_SERVER['HTTP_HOST'] = '{self.url.removeprefix('http://')}';"
        done = subprocess.run(
            ["php", "-r", host + code], env=os.environ | self.settings, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def take_theme(self, name: str) -> None:
        """Switch to another theme."""
        self.run(f"require getenv('TREE') . '/wp-load.php'; switch_theme('{name}');")


@contextmanager
def wordpress(folder: Path) -> Iterator[WordPress]:
    """Start one with an empty database."""
    (TREE / "wp-config.php").write_text(CONFIG, "utf-8")
    plugins, data, socket = folder / "plugins", folder / "data", folder / "db.sock"
    plugins.mkdir()
    data.mkdir()
    shutil.copy(PLUGIN, plugins)
    database = subprocess.Popen(
        ["mariadbd", "--no-defaults", *(["--user=root"] if os.getuid() == 0 else []), f"--datadir={data}",
         f"--socket={socket}", "--skip-networking", "--skip-grant-tables", "--innodb-buffer-pool-size=16M",
         "--innodb-log-file-size=4M", "--innodb-flush-log-at-trx-commit=0", f"--pid-file={folder / 'pid'}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {
        "WORDPRESS_URL": url, "WORDPRESS_SOCKET": str(socket), "WORDPRESS_PLUGINS": str(plugins), "TREE": str(TREE),
        "PASSWORD": PASSWORD, "PHP_CLI_SERVER_WORKERS": "2",
    }  # fmt: skip
    site = WordPress(url, settings)
    pages = None
    try:
        wait_until(socket.exists, 60)
        site.run(
            "$database = new mysqli('localhost', 'root', '', '', 0, getenv('WORDPRESS_SOCKET'));"
            "$database->query('CREATE DATABASE wordpress');"
        )
        site.run(INSTALL)
        pages = subprocess.Popen(
            ["php", "-S", f"127.0.0.1:{port}", "-t", str(TREE)], env=os.environ | settings,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        yield site
    finally:
        if pages:
            os.killpg(pages.pid, 15)
            pages.wait(30)
        database.terminate()
        database.wait(30)
