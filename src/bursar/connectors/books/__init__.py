"""Where documents are posted to: one folder for each kind of books, all behind the `Books` port."""
