"""Template filters and tags: instants, amounts, states and pages as people read them."""
