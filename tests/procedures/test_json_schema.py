"""The description of the REST interface names every act and what it asks."""

import pytest
from drf_spectacular.generators import SchemaGenerator

from procedures.acts.registry import SCHEMAS
from procedures.fields.json_schema import body

PATH = "/api/v1/episodes/{episode_id}/{act}/"


def test_the_interface_names_every_act_with_its_body():
    post = SchemaGenerator().get_schema(public=True)["paths"][PATH]["post"]
    [act] = [p for p in post["parameters"] if p["name"] == "act"]

    assert set(act["schema"]["enum"]) == {name.replace("_", "-") for name in SCHEMAS}
    bodies = post["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
    assert [one["title"] for one in bodies] == [s.label for s in SCHEMAS.values()]


@pytest.mark.parametrize("act", SCHEMAS)
def test_a_body_asks_what_the_schema_asks(act):
    described, schema = body(SCHEMAS[act]), SCHEMAS[act]

    assert {f.name for f in schema.fields} < set(described["properties"])
    assert ("signature" in described["required"]) == bool(schema.signature)
    assert ("second_person" in described["required"]) == schema.second_person
