"""Builds all of the sites beside the tests that come before those that need them; the slowest first."""

from tests.browser.generators import BUILDS, built

if __name__ == "__main__":
    for name in sorted(BUILDS, key=lambda name: name != "docusaurus"):
        built(name)
