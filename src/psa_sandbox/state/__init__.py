"""Records and rules of the PSA, free of any protocol."""
