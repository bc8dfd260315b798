"""Runs DDPM Studio from a checkout, and makes the environment that it needs in .venv first (once).

    python3 main.py [ARGUMENTS]         the application, as `ddpm-studio ARGUMENTS` would
    python3 main.py test                every check: format, lint, types, import contracts, tests
    python3 main.py test ARGUMENTS      pytest alone, with these arguments

Nothing but Python is needed. With a good environment this costs a few milliseconds, for it reads
four small files (.ci/environment.py) and imports nothing slow. The set-up is in .ci/set_up.py.
"""

import os
import sys

ROOT = os.path.dirname(os.path.realpath(__file__))
CHECKS_FOLDER = os.path.join(ROOT, ".ci")


def main(arguments: "list[str]") -> int:
    sys.path.insert(0, CHECKS_FOLDER)
    testing = arguments[:1] == ["test"]
    try:
        python = python_with_everything("dev" if testing else "")
    except KeyboardInterrupt:
        return complain("The set-up was stopped. Start again to go on with it.", 130)
    except Exception as error:
        from set_up import sentence_for

        return complain(sentence_for(error), 1)
    if testing:
        return become([python, os.path.join(CHECKS_FOLDER, "checks.py"), *arguments[1:]])
    # -P: a file called random.py in the current folder must not stand in for Python's own.
    return become([python, "-P", "-m", "ddpm_studio", *arguments])


def python_with_everything(extra: str) -> str:
    """The interpreter that has the dependencies and those of `extra`; sets them up where needed."""
    import environment

    ready = environment.ready_python(extra)
    if ready is None and sys.version_info < environment.OLDEST_PYTHON:
        # Here, because the set-up itself is not written for an older Python.
        raise SystemExit(complain(environment.TOO_OLD.format(sys.version.split()[0]), 1))
    if ready is None:
        import set_up

        ready = set_up.make_ready(extra)
    return ready


def become(command: "list[str]") -> int:
    """Runs `command` in place of this process; it finds this checkout's ddpm_studio first."""
    paths = [ROOT, os.environ.get("PYTHONPATH", "")]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
    if os.name != "nt":
        os.execve(command[0], command, variables)
    import subprocess  # Windows has no exec: wait for the application and pass its exit code on

    process = subprocess.Popen(command, env=variables)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # Ctrl-C reached the application as well, and it decides


def complain(sentence: str, exit_code: int) -> int:
    print("\nDDPM Studio: " + sentence, file=sys.stderr)
    return exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
