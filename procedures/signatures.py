"""Signing: the row that says who agreed to which words."""

from datetime import datetime

from clinics.domain.presence import Proof
from procedures.context import Context
from procedures.fields import statement
from procedures.fields.schema import ActSchema
from procedures.models import Episode, Signature


def record_signature(
    *,
    episode: Episode,
    subject: str,
    proof: Proof,
    meaning: str,
    text: str,
    schema: ActSchema,
    at: datetime,
) -> Signature:
    """Keep that `proof`'s person signed `text` about `subject` ("evaluation:<id>")."""
    return Signature.objects.create(
        episode=episode,
        subject=subject,
        signer_id=proof.user_id,
        printed_name=proof.name,
        role=proof.role,
        meaning=meaning,
        method=proof.method,
        signed_at=at,
        text=text,
        field_list=statement.field_list(schema),
        schema_version=schema.version,
        sha256=statement.digest(text),
    )


def sign(context: Context, subject: str) -> Signature:
    """The signature of the act's own answers by the person who does it.

    `perform` has seen to it that an act whose schema wants one has it.
    """
    assert context.signature is not None, f"{context.act} needs a signature"
    return record_signature(
        episode=context.episode,
        subject=subject,
        proof=context.signature,
        meaning=context.schema.signature or "",
        text=statement.statement(context.schema, context.data),
        schema=context.schema,
        at=context.now,
    )
