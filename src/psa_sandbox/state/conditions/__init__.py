"""The conditions language of the REST API: parsing it and testing records with it."""
