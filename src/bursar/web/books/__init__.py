"""Books: where documents go, what their codes are called there, and which documents go to which of them."""
