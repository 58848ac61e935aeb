"""The control plane: seed, reset, clock, faults, request journal. No part of the imitated product."""
