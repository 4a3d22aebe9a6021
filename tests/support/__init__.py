"""Helpers for several tests: a clock that tests move, files, services, and waiting for news instead of sleeping."""
