"""Load the demo clinic."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from demo import people, seed

EXAMPLES = """Examples:
  manage.py seed_demo
  manage.py seed_demo --json
Exit codes: 0 loaded (or there already), 1 failed, 3 not a demo (set DEMO=1)."""


class Command(BaseCommand):
    help = (
        "Load the demo clinic: staff, resources, two whole cases and some twenty"
        " visits around today. A clinic loaded before is left alone; its people"
        " get new API keys.\n" + EXAMPLES
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument(
            "--empty", action="store_true", help="the clinic and its staff alone"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be loaded"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is no demo: set DEMO=1.", returncode=3)
        world = people.existing()
        if options["dry_run"]:
            there = "is there already" if world else "would be loaded"
            self.stdout.write(f"The demo clinic {there}.")
            return
        now = clock.now()
        if world is None:
            self.stderr.write("Loading the demo clinic …")
            seeded = (seed.seed_empty if options["empty"] else seed.seed)(now)
            self.stderr.write(f"{seeded.steps} acts were played.")
            world, keys = seeded.world, seeded.keys
        else:
            keys = seed.new_keys(world, now)
        self._tell(world, keys, as_json=options["json"])

    def _tell(
        self, world: people.DemoClinic, keys: dict[str, str], as_json: bool
    ) -> None:
        rows = [
            {
                "role": member.role,
                "email": people.email(who),
                "password": people.PASSWORD,
                "api_key": keys[who],
            }
            for who, member in world.members.items()
        ]
        if as_json:
            self.stdout.write(json.dumps({"clinic": world.clinic.name, "users": rows}))
            return
        self.stdout.write(f"{world.clinic.name}. Password of everybody: ")
        self.stdout.write(f"  {people.PASSWORD}")
        for row in rows:
            self.stdout.write(
                f"  {row['role']:<17} {row['email']:<24} {row['api_key']}"
            )
