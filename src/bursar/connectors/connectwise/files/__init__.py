"""Files that people bring and take: exports in four forms, what succeeded and failed, GL entry ids, payments."""
