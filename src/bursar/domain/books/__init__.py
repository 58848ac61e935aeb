"""The books: what an accounting package takes, what is there already, and what is to be posted to it. Pure."""
