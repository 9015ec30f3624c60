"""The public enquiry form: success and error in words, nothing kept in the browser."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from clinics import selectors as clinics
from clinics.web import senders
from clinics.web.views import PublicRequest, ViewResponse, public_page
from core.clock import real_now
from core.problems import Invalid, NotFound
from pages.kit.forms import DateInput, Form, area
from pages.patient.visitor import is_switch, language_of, show
from pages.public.texts import TEXTS
from patients.services import enquiries, enquiry_caps

if TYPE_CHECKING:
    from clinics.models import Clinic


class EnquiryForm(Form):
    """Fields of a stranger's enquiry; people never see the field `cp_extra`."""

    given_name = forms.CharField(max_length=100)
    # One name is enough: some people have one.
    family_name = forms.CharField(max_length=100, required=False)
    birth_date = forms.DateField(required=False, widget=DateInput())
    phone = forms.CharField(max_length=40, required=False)
    email = forms.CharField(max_length=254, required=False)
    message = forms.CharField(max_length=1000, required=False, widget=area(4))
    sms_consent = forms.BooleanField(required=False)
    email_consent = forms.BooleanField(required=False)
    # No word that a browser or a password manager has something to fill in for.
    cp_extra = forms.CharField(required=False)

    status = 422

    def __init__(self, words: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        for name, field in self.fields.items():
            field.label = words.get(name, name)
            field.help_text = words.get(f"{name}_hint", "")
        hints = {"given_name": "given-name", "family_name": "family-name"}
        hints |= {"birth_date": "bday", "phone": "tel", "email": "email"}
        for name, token in hints.items():
            self.fields[name].widget.attrs["autocomplete"] = token

    def clean(self) -> dict[str, Any]:
        """Whoever writes wants an answer: to a phone or to an address."""
        given = self.cleaned_data
        ways = {"phone", "email"} & self.errors.keys()
        if not (given.get("phone") or given.get("email") or ways):
            self.add_error("phone", self.words["phone_wrong"])
        return given

    def say_plainly(self) -> None:
        """One sentence a field, in the language of the page."""
        for name in [name for name in self.errors if f"{name}_wrong" in self.words]:
            self.errors[name] = self.error_class([self.words[f"{name}_wrong"]])


@public_page
def choose(request: PublicRequest) -> ViewResponse:
    """The one clinic's form, or the list of clinics to choose from."""
    found = list(clinics.clinics_by_name())
    if len(found) == 1:
        return redirect("public:enquire_at", slug=found[0].slug)
    words = TEXTS[language_of(request)]
    rows = [
        {
            "name": clinic.name,
            "address": reverse("public:enquire_at", args=[clinic.slug]),
        }
        for clinic in found
    ]
    title = words["choose_title" if rows else "none_title"]
    return show(request, "../public/choose", {"rows": rows, "title": title})


@public_page
def enquire(request: PublicRequest, slug: str) -> ViewResponse:
    clinic = _clinic(slug)
    words = TEXTS[language_of(request)]
    form = _form(request, words)
    if form.is_bound and form.is_valid() and _send(request, clinic, form):
        return HttpResponseRedirect(reverse("public:thanks", args=[slug]), status=303)
    form.say_plainly()
    status = form.status if form.errors else 200
    context = {
        "form": form,
        "words": words,
        "error_page": bool(form.errors),
        "switch_form": "form",
    }
    return show(request, "../public/enquire", context, clinic=clinic, status=status)


@public_page
def thanks(request: PublicRequest, slug: str) -> ViewResponse:
    words = TEXTS[language_of(request)]
    context = {"title": words["thanks_title"], "text": words["thanks_text"]}
    return show(request, "notice", context, clinic=_clinic(slug))


def _form(request: PublicRequest, words: dict[str, str]) -> EnquiryForm:
    if request.method != "POST":
        return EnquiryForm(words)
    if is_switch(request):
        return EnquiryForm(words, initial=request.POST.dict())
    return EnquiryForm(words, request.POST)


def _clinic(slug: str) -> "Clinic":
    clinic = clinics.clinic_by_slug(slug)
    if clinic is None:
        raise NotFound
    return clinic


def _send(request: PublicRequest, clinic: "Clinic", form: EnquiryForm) -> bool:
    """Send the enquiry; False with the errors put on the form where it is refused."""
    fields = dict(form.cleaned_data)
    trap = fields.pop("cp_extra")
    try:
        enquiries.submit(
            clinic_id=clinic.pk,
            language=language_of(request),
            trap=trap,
            source=senders.network(request),
            now=request.now,
            real_now=real_now(),
            **fields,
        )
    except Invalid as problem:
        form.take(problem)
    except enquiry_caps.TooMany:
        form.add_error(None, form.words["too_many"])
        form.status = enquiry_caps.TooMany.status
    return not form.errors
