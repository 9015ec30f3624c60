from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        from clinics.services import doors
        from pages.problems import render_problem

        doors.render_problems_with(render_problem)
