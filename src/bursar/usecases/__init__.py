"""What a user can ask for, one verb a file. Sees the domain, the store and the ports; never a wire or a page."""
