"""Signing and taking back consents."""

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from clinics import selectors as clinics
from procedures import readiness
from procedures.acts.evaluate.handle import target_of
from procedures.context import Context
from procedures.facts import selectors as facts
from procedures.fields.schema import FieldError, InvalidData
from procedures.models import Consent, ConsentRevocation, ConsentTarget, Target
from procedures.records import current_rows
from procedures.signatures import sign

SHA256 = re.compile(r"^[0-9a-f]{64}$")
COPIED = (
    "consent_type",
    "document_id",
    "document_version",
    "document_sha256",
    "language",
    "interpreter_id",
    "sedation",
    "signer_name",
    "signer_relation",
)


def consent(context: Context) -> None:
    """The patient agrees to one document and scope, or takes that back."""
    if context.data["revoke"]:
        _revoke(context)
    else:
        _supersede(context)
        insert(context, context.data)
    readiness.check_consent(context.episode, by=context.by, now=context.now)


def _supersede(context: Context) -> None:
    rows = current_rows(context.episode.consents)
    rows = rows.filter(consent_type=context.data["consent_type"])
    rows.update(superseded_at=context.now)


def insert(context: Context, data: Mapping[str, Any], **more: Any) -> Consent:
    """One signed consent with its targets. Raises InvalidData."""
    _check_hash(data["document_sha256"])
    targets = _targets(list(context.episode.targets.all()), data["targets"])
    key = uuid.uuid4()
    days = clinics.clinic(context.episode.clinic_id).consent_valid_days
    row = Consent.objects.create(
        id=key,
        signature=sign(context, f"consent:{key}"),
        harvest_sites=list(data["harvest_sites"]),
        proceduralist_id=_proceduralist(context, data),
        signed_at=context.occurred_at,
        valid_until=context.facts.today + timedelta(days=days),
        **{name: data[name] for name in COPIED},
        **context.record_fields(),
        **more,
    )
    ConsentTarget.objects.bulk_create(
        ConsentTarget(consent=row, target=target) for target in targets
    )
    context.payload["consent"] = key
    return row


def _check_hash(text: str) -> None:
    if not SHA256.match(text):
        wrong = "must be 64 hexadecimal digits, in lower case"
        raise InvalidData([FieldError("/document_sha256", wrong)])


def _targets(
    planned: Sequence[Target], rows: Sequence[Mapping[str, Any]]
) -> list[Target]:
    targets, errors = [], []
    for number, row in enumerate(rows):
        target = target_of(planned, number, row)
        if target is None:
            text = "is not a target of this plan"
            errors.append(FieldError(f"/targets/{number}/target", text))
        else:
            targets.append(target)
    if len({target.pk for target in targets}) != len(targets):
        errors.append(FieldError("/targets", "names a target twice"))
    if errors:
        raise InvalidData(errors)
    return targets


def _proceduralist(context: Context, data: Mapping[str, Any]) -> int:
    who: int | None = data["proceduralist"]
    if who is None:
        return int(context.by.id)
    doctors = ("clinician", "medical_director")
    staff = clinics.staff(context.episode.clinic_id)
    if who not in {m.user_id for m in staff if m.role in doctors}:
        text = "is not a clinician of this clinic"
        raise InvalidData([FieldError("/proceduralist", text)])
    return who


def _revoke(context: Context) -> None:
    rows = facts.current_consents(context.episode)
    row = next(r for r in rows if r.consent_type == context.data["consent_type"])
    ConsentRevocation.objects.create(
        consent=row,
        revoked_at=context.occurred_at,
        recorded_at=context.now,
        recorded_by=str(context.by),
        reason=context.data["reason"],
    )
    context.payload["revoked"] = row.pk
