"""Benchmarks: each prints ratios that were measured in one run, so that the machine hardly matters."""
