"""The words of every message: side by side, tried out, sent to oneself, reviewed."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import NotFound
from notifications.domain.placeholders import PLACEHOLDERS
from notifications.domain.templates import SOURCE_LANGUAGE, VERSIONS, Template
from notifications.selectors import reviews as known_reviews
from notifications.services import asking, reviews, texts
from notifications.services.texts import TextPreview
from pages.kit import states
from pages.kit.forms import Form, area, show

LANGUAGES = {"en": "English", "es": "Spanish"}
LONGEST_TITLE, LONGEST_BODY = 200, 2000


class TryForm(Form):
    """Another wording, looked at and not kept."""

    title = forms.CharField(label="Subject", max_length=LONGEST_TITLE, required=False)
    body = forms.CharField(label="Text", max_length=LONGEST_BODY, widget=area(8))


@page(action="template.read")
def overview(request: StaffRequest) -> ViewResponse:
    found = texts.pairs(clinic=request.clinic, now=request.now)
    context = {
        "pairs": [
            {
                "name": states.message_kind(pair.kind),
                "channel": states.CHANNELS[pair.channel],
                "texts": [_row(reading) for reading in pair.readings],
                "has_faults": any(reading.faults for reading in pair.readings),
            }
            for pair in found
        ],
        "languages": [_language(request, code) for code in VERSIONS],
        "may_review": may(request.membership.role, "template.write").allowed,
    }
    return show(request, "pages/staff/messages/texts.html", context)


def _language(request: StaffRequest, code: str) -> dict[str, Any]:
    """A language's version and whether the clinic has let it be sent."""
    review = known_reviews.review_of(request.clinic.pk, code)
    return {
        "code": code,
        "name": LANGUAGES[code],
        "version": VERSIONS[code],
        "is_source": code == SOURCE_LANGUAGE,
        "review": review,
        "before": known_reviews.last_review(request.clinic.pk, code),
    }


def _row(reading: TextPreview) -> dict[str, Any]:
    text = reading.text
    names = [text.kind, text.language, text.channel]
    return {
        "code": text.language,
        "language": LANGUAGES[text.language],
        "title": text.title,
        "body": text.body,
        "sample": reading.sample,
        "size": reading.size,
        "faults": reading.faults,
        "address": reverse("staff:text", args=names),
    }


@page(action="template.read")
def text(request: StaffRequest, kind: str, language: str, channel: str) -> ViewResponse:
    """One text with its sample; a wording sent in its place is only looked at."""
    kept = texts.find(kind, language, channel)
    form = TryForm(request.POST if request.method == "POST" else None)
    tried = kept
    if form.is_bound and form.is_valid():
        tried = replace(kept, **form.cleaned_data)
    elif not form.is_bound:
        form = TryForm(initial={"title": kept.title, "body": kept.body})
    if channel == "sms":
        del form.fields["title"]
    reading = texts.read(tried, clinic=request.clinic, now=request.now)
    context = {
        "others": [
            _row(texts.read(one, clinic=request.clinic, now=request.now))
            for one in texts.other_languages(kept)
        ],
        "language": _language(request, language),
        "name": states.message_kind(kind),
        "channel": states.CHANNELS[channel],
        "row": _row(reading),
        "is_trial": tried is not kept,
        "gaps": PLACEHOLDERS.items(),
        "form": form,
        "trial_address": reverse("staff:text_trial", args=[kind, language, channel]),
        "own_address": _own_address(request, kept),
    }
    return show(request, "pages/staff/messages/text.html", context, form)


def _own_address(request: StaffRequest, kept: Template) -> str:
    user = request.membership.user
    return user.phone if kept.channel == "sms" else user.email


@page(action="template.read")
@require_POST
def trial(
    request: StaffRequest, kind: str, language: str, channel: str
) -> ViewResponse:
    """Send the text, marked TEST, to whoever asks."""
    user = request.membership.user
    is_on_its_way = asking.ask_trial(
        kind=kind,
        language=language,
        channel=channel,
        clinic_id=request.clinic.pk,
        user=user,
        now=request.now,
    )
    if is_on_its_way:
        messages.success(request, "It is on its way to you, marked TEST.")
    else:
        messages.error(
            request, "You have no number or address that this channel reaches."
        )
    return redirect("staff:text", kind, language, channel)


@page(action="template.write")
@require_POST
def review(request: StaffRequest, language: str) -> ViewResponse:
    """Somebody who reads the language lets its present texts be sent."""
    if language not in VERSIONS:
        raise NotFound("There are no texts in this language.")
    reviews.approve(
        clinic_id=request.clinic.pk,
        language=language,
        by=request.actor,
        now=request.now,
    )
    messages.success(request, f"{LANGUAGES[language]} texts are sent from now on.")
    return redirect("staff:texts")
