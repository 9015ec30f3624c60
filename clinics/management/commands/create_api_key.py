"""Give a member of staff an API key."""

import argparse
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from clinics.models import Membership
from clinics.services import api_keys
from core import actor, clock
from core.db import unit_of_work

EXAMPLES = """examples:
  manage.py create_api_key nurse@example.org --clinic bayou --name "front desk"
  manage.py create_api_key nurse@example.org --clinic bayou --name script --json

The key is printed once, on standard output, and is stored nowhere.

exit codes: 0 created · 1 no such active person at this clinic · 2 usage
"""


class Command(BaseCommand):
    help = "Give a member of staff an API key that acts with their role at one clinic."

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        kwargs["formatter_class"] = argparse.RawDescriptionHelpFormatter
        return super().create_parser(*args, epilog=EXAMPLES, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--clinic", required=True, help="the clinic's slug")
        parser.add_argument("--name", required=True, help="what the key is for")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        membership = Membership.objects.filter(
            user__email=options["email"].strip().lower(),
            user__is_active=True,
            ended_at=None,
            clinic__slug=options["clinic"],
        ).first()
        if membership is None:
            self.stderr.write("No active person with this e-mail works at this clinic.")
            sys.exit(1)
        if options["dry_run"]:
            self.stderr.write(f"Dry run: a key would act as {membership.role}.")
            return
        issued = unit_of_work(lambda: _issue(membership, options["name"]))
        if options["json"]:
            fields = {"id": issued.key.pk, "prefix": issued.key.prefix}
            self.stdout.write(json.dumps({**fields, "key": issued.token}))
        else:
            self.stdout.write(issued.token)


def _issue(membership: Membership, name: str) -> api_keys.Issued:
    by = actor.job("create_api_key", clinic_id=membership.clinic_id)
    return api_keys.issue(
        membership_id=membership.pk, name=name, by=by, now=clock.now()
    )
