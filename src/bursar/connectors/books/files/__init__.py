"""Import files for accounting packages: a CSV journal, the Sage 50 layout, QuickBooks Desktop IIF."""
