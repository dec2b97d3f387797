"""Builds all of the sites beside the tests that come before those that need them."""

from tests.browser.generators import BUILDS, built

if __name__ == "__main__":
    for name in BUILDS:
        built(name)
