"""The REST addresses of every app that has some, the schema and its documentation."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from notifications import api as notifications
from patients import api as patients
from procedures import api as procedures
from scheduling import api as scheduling

apps = (patients, scheduling, procedures, notifications)
version_1 = [address for app in apps for address in app.urlpatterns]

# Its scripts and styles are files of ours: the policy forbids any in the page.
docs = SpectacularSwaggerSplitView.as_view(
    url_name="schema", template_name="pages/api_docs.html"
)

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", docs, name="api-docs"),
    path("v1/", include((version_1, "api"))),
]
