from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import any_of, grants

        any_of.register()
        grants.append_only("core_journalentry")
        grants.read_only("core_chainhead")
        post_migrate.connect(grants.apply, dispatch_uid="core.grants")
