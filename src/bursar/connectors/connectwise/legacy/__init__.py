"""The legacy doors of ConnectWise: XML that its Accounting Interface speaks."""
