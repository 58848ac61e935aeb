"""The payments journey: what the books say was paid, as one payment per invoice in ConnectWise. Pure."""
