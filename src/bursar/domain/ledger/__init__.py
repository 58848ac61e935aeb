"""The ledger journey: what ConnectWise invoiced, expensed and bought, as documents for the books."""
