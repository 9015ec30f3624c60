"""`./run bench [NAME]`: prints one JSON line per figure.

Exit codes: 0 all on target, 1 one missed, 2 usage, 3 something to compare is missing.
"""

import sys

import django


def main(arguments: list[str]) -> int:
    """Run the benchmarks named, or all of them."""
    django.setup()
    # Only now: these import models.
    from bench import (  # noqa: PLC0415
        board,
        booking,
        checker,
        faults,
        messages,
        openings,
        plans,
    )

    benches = {"openings": openings.figures, "booking": booking.figures}
    benches |= {"board": board.figures, "checker": checker.figures}
    benches |= {"messages": messages.figures, "faults": faults.figures}
    benches |= {"plans": plans.figures}
    unknown = set(arguments) - set(benches)
    if unknown:
        sys.stderr.write(f"usage: ./run bench [{' | '.join(benches)}]\n")
        return 2
    missed = incomparable = False
    for name in arguments or benches:
        try:
            for figure in benches[name]():
                sys.stdout.write(figure.as_json() + "\n")
                sys.stdout.flush()
                missed = missed or not figure.ok
        except messages.CannotCompareError as error:
            # The others can still be measured.
            sys.stderr.write(f"{error}\n")
            incomparable = True
    return 3 if incomparable and not missed else int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
