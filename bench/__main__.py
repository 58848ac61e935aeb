"""`python -m bench` runs every benchmark."""

import sys

from bench.all import main

sys.exit(main())
