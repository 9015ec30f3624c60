from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"

    def ready(self) -> None:
        from core import grants

        grants.append_only("patients_channelconsent", "patients_tasknote")
