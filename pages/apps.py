from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        from clinics.web import error_pages
        from pages.kit.problems import render_problem

        error_pages.render_pages_with(render_problem)
