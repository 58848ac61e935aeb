"""ConnectWise PSA over its REST API."""

from bursar.connectors.connectwise.client import ConnectWise
from bursar.connectors.connectwise.credentials import Credentials
from bursar.connectors.connectwise.options import Options

__all__ = ["ConnectWise", "Credentials", "Options"]
