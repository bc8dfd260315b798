"""Lets ``python -m ddpm_studio`` do what the ``ddpm-studio`` command does."""

from ddpm_studio.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
