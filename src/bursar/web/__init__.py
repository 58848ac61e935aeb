"""The pages: one folder per page group, templates shared by full pages and partial answers."""
