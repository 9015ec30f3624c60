"""Addresses behind a patient's link; none holds a name, a date or an id of theirs."""

from django.urls import path

from pages.patient import (
    before,
    book,
    check_in,
    entry,
    mail,
    offer,
    preferences,
    rebook,
    visit,
)

app_name = "v"

urlpatterns = [
    path("visit/", visit.visit, name="visit"),
    path("visit/calendar/", visit.calendar, name="calendar"),
    path("visit/told/<slug:answer>/", visit.told, name="told"),
    path("visit/times/", visit.times, name="times"),
    path("visit/cannot/", visit.cannot, name="cannot"),
    path("visit/late/", visit.late, name="late"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("prepare/", before.prepare, name="prepare"),
    path("questions/", before.baseline, name="baseline"),
    path("questions/done/", before.thanks, name="baseline_done"),
    path("new-time/", rebook.rebook, name="rebook"),
    path("new-time/<slug:answer>/", rebook.told, name="rebook_told"),
    path("offer/", offer.offer, name="offer"),
    path("book/", book.book, name="book"),
    path("book/called/", book.called, name="called"),
    path("check-in/", check_in.start, name="check_in"),
    path("check-in/<int:number>/", check_in.question, name="question"),
    path("check-in/review/", check_in.review, name="review"),
    path("check-in/signs/", check_in.signs, name="signs"),
    path("check-in/signs/told/", check_in.signs_told, name="signs_told"),
    path("check-in/correct/", check_in.correct, name="correct"),
    path("check-in/done/", check_in.done, name="done"),
    path("<str:token>/mail/", mail.stop, name="mail_stop"),
    path("<str:token>/new/", entry.new_link, name="new_link"),
    path("<str:token>/", entry.entry, name="entry"),
    path("<str:token>/preferences/", entry.preferences, name="stop"),
]
