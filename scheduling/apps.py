from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"

    def ready(self) -> None:
        from core import events
        from scheduling.booking import hooks
        from scheduling.subscriptions import SUBSCRIPTIONS
        from scheduling.waitlist import freed_openings

        events.subscribe_all(SUBSCRIPTIONS)
        hooks.register(
            time_given_up=freed_openings.note,
            move_taken_back=freed_openings.take_back,
        )
