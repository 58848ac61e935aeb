"""Bursar: an MSP's money data, planned, previewed, posted once, reconciled."""
