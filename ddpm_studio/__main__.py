"""Lets ``python -m ddpm_studio`` do what the ``ddpm-studio`` command does."""

import signal

if __name__ == "__main__":
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Ctrl-C while this is imported ends the process, without pages about what was imported.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from ddpm_studio.cli import main

    raise SystemExit(main())
