"""`python -m bursar.cli` is the `bursar` command."""

from bursar.cli import main

if __name__ == "__main__":
    main()
