from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from core import events, grants
        from notifications import checks  # noqa: F401  (registers them)
        from notifications.subscriptions import SUBSCRIPTIONS

        grants.append_only("notifications_attempt", "notifications_attemptoutcome")
        events.subscribe_all(SUBSCRIPTIONS)
