from django.apps import AppConfig


class ClinicsConfig(AppConfig):
    name = "clinics"

    def ready(self) -> None:
        from clinics import checks  # noqa: F401  (registers itself)
        from core import grants

        grants.append_only("clinics_accesslogentry")
