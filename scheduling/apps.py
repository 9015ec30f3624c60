from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"

    def ready(self) -> None:
        from core import events
        from scheduling.subscriptions import SUBSCRIPTIONS

        events.subscribe_all(SUBSCRIPTIONS)
