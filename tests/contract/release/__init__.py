"""Tests of versions and releases."""
