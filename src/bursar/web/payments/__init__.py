"""Payments: what the books say was paid, and our payments in ConnectWise."""
