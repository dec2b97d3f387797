#!/usr/bin/env bash
# Sees to what the tests need beside Python and Node: browsers, databases, PHP, site generators, web servers. What cannot be
# had is named, and its tests are left out by the pytest options that are written to the file given; on CI that is an error.
set -euo pipefail
options=$1
tools=.tools
mkdir -p "$(dirname "$options")" "$tools"
: >"$options"

as_root=()
may_install=no
if command -v apt-get >/dev/null; then
  if [ "$(id -u)" = 0 ]; then may_install=yes
  elif sudo -n true 2>/dev/null; then may_install=yes as_root=(sudo -n); fi
fi
updated=no
update() {
  [ $updated = yes ] || "${as_root[@]}" apt-get update -qq
  updated=yes
}

have_chromium() { command -v chromium >/dev/null; }
have_headless() { command -v chromium-headless-shell >/dev/null; }
have_firefox() { command -v firefox-esr >/dev/null || command -v firefox >/dev/null; }
have_korean() { fc-list :lang=ko 2>/dev/null | grep -q .; }
have_postgresql() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; }
have_redis() { command -v redis-server >/dev/null || command -v valkey-server >/dev/null; }
have_php() { command -v php >/dev/null; }
have_jekyll() { command -v jekyll >/dev/null && ruby -e 'Gem::Specification.find_by_name("minima")' 2>/dev/null; }
have_hugo() { command -v hugo >/dev/null; }
have_nginx() { command -v nginx >/dev/null || [ -x $tools/usr/sbin/nginx ]; }
have_wordpress() { [ -d $tools/usr/share/wordpress/wp-content/themes/twentytwentythree ] && command -v mariadbd >/dev/null && php -m | grep -qi mysqli; }
have_caddy() { command -v caddy >/dev/null || [ -x $tools/usr/bin/caddy ]; }

install() {
  [ $may_install = yes ] && update
  [ $may_install = yes ] && DEBIAN_FRONTEND=noninteractive "${as_root[@]}" \
    apt-get install -y -qq --no-install-recommends "$1" >/dev/null
}
# Web servers are only unpacked: an installed one would start by itself and take port 80.
unpack() {
  command -v dpkg >/dev/null || return 1
  [ $may_install = yes ] && update
  (cd $tools && apt-get download -qq "$1" >/dev/null 2>&1 && dpkg -x "$1"_*.deb . && rm -f "$1"_*.deb)
}
left_out() {
  printf '%s is not here and cannot be installed; left out: %s\n' "$1" "$2" >&2
  [ -z "${CI:-}" ] || exit 1
  printf '%s\n' "$3" >>"$options"
}

recipe() {
  printf '%s\n' "--deselect=tests/browser/test_real_sites.py::test_recipe_gives_each_page_its_thread[$1]" \
    "--deselect=tests/browser/test_firefox_pages.py::test_recipe_works_in_firefox[$1]"
}

have_chromium || install chromium || left_out Chromium 'the browser tests' --ignore=tests/browser
have_headless || install chromium-headless-shell || true  # quicker; the tests do without
have_firefox || install firefox-esr || left_out Firefox 'its tests' \
  "$(printf '%s\n' --ignore=tests/browser/test_{firefox,firefox_pages,every_way_in}.py)"
have_korean || install fonts-nanum || true  # for the pictures; the tests do without
have_postgresql || install postgresql || left_out PostgreSQL 'the storage tests on PostgreSQL' '--deselect-postgresql'
have_redis || install redis-server || left_out Redis 'the tests of several processes' --ignore=tests/live/test_processes.py --ignore=tests/live/test_faults.py
have_php || install php-cli || left_out PHP "the documentation's example in it" \
  '--deselect=tests/http/test_sso.py::test_documented_examples_sign_a_user_on[php]'
have_jekyll || { install jekyll && install jekyll-theme-minima; } || left_out Jekyll 'its site' "$(recipe jekyll)"
have_hugo || install hugo || left_out Hugo 'its site' "$(recipe hugo)"
for package in nginx nginx-core nginx-light; do  # which of them holds the program differs from release to release
  have_nginx || unpack $package || true
done
have_nginx || left_out nginx 'its test' '--deselect=tests/test_deploy.py::test_nginx_passes_events_on_at_once'
have_caddy || unpack caddy || left_out Caddy 'its test' '--deselect=tests/test_deploy.py::test_caddy_passes_events_on_at_once'
have_wordpress || { unpack wordpress && unpack wordpress-theme-twentytwentyone && unpack wordpress-theme-twentytwentythree \
  && install php-mysql && install mariadb-server-core; } || left_out WordPress "the plugin's test" --ignore=tests/browser/test_wordpress.py
