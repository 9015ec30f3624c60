"""Stop a process that would lose messages: what its checks say, before it serves."""

import sys

from django.core.checks import ERROR, run_checks

from notifications.checks import TAG


def stop_if_wrong() -> None:
    """End the process with the faults of the channels in words, if there are any."""
    found = run_checks(tags=[TAG], include_deployment_checks=True)
    faults = [message for message in found if message.is_serious(ERROR)]
    if not faults:
        return
    lines = [f"{fault.id}: {fault.msg} {fault.hint or ''}".rstrip() for fault in faults]
    sys.exit("\n".join(["Messages would be lost; nothing was started.", *lines]))
