"""A provider that answers as told, and shortcuts through time."""

from notifications.models import Message
from tests.factories import notifications as make
from tests.factories.notifications import NOW


class Scripted:
    """A provider that answers as told and remembers what it was handed."""

    name = "file"

    def __init__(self, *answers, capability="opaque"):
        self.answers = list(answers)
        self.capability = capability
        self.letters = []

    def send(self, letter):
        self.letters.append(letter)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def state_of(kind="confirmation"):
    found = Message.objects.get(kind=kind)
    return found.state, found.reason


def lease_ends():
    Message.objects.exclude(lease_token=None).update(lease_until=NOW - make.HOUR)


def retry_comes():
    Message.objects.update(not_before=None)
