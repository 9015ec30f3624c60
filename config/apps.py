from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import logs

        logs.mask()
        # The app must exist before anybody rings; imported here and not in
        # config/__init__.py, which also runs before anything is installed.
        from config import celery  # noqa: F401
