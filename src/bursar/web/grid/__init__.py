"""One grid for every list: declared by its columns and filters, answered as a page, a part, CSV or XLSX."""
