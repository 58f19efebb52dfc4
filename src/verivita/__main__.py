"""`python -m verivita` is the command `verivita`."""

from verivita.entrypoints.cli import main

if __name__ == "__main__":
    main()
