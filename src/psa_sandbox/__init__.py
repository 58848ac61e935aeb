"""A stateful ConnectWise PSA on your own machine. Imports nothing from Bursar."""
