"""The GLExport: documents for the accounting package, built from unposted or batched GL entries."""
