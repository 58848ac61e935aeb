"""Rules and values. Pure: the standard library only."""
