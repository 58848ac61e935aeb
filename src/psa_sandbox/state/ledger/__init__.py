"""The general ledger side: what closed records post, what waits for the accounting package, what was batched."""
