"""Review: what a plan found beside the lines: Additions made by hand, edits made in ConnectWise, variances."""
