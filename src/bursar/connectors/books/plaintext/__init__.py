"""Journal files for beancount and hledger, in a folder of their own: the books that come with Bursar."""
