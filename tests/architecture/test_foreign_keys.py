"""Foreign keys point along the chain of apps, never back."""

from django.apps import apps

from tests.architecture.tree import CHAIN


def relations():
    for label in CHAIN:
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.get_fields(include_hidden=True):
                if field.concrete and field.remote_field:
                    yield label, field


def points_back(label, field):
    target = field.remote_field.model._meta.app_label
    return target in CHAIN and CHAIN.index(target) < CHAIN.index(label)


def test_foreign_keys_point_right():
    assert [
        str(field) for label, field in relations() if points_back(label, field)
    ] == []


def test_there_are_relations_to_look_at():
    pairs = {
        (label, field.remote_field.model._meta.app_label)
        for label, field in relations()
    }

    assert {("patients", "clinics"), ("scheduling", "patients")} <= pairs


def test_a_key_that_points_back_would_be_noticed():
    to_patients = next(
        field
        for label, field in relations()
        if (label, field.remote_field.model._meta.app_label)
        == ("scheduling", "patients")
    )

    assert not points_back("scheduling", to_patients)
    assert points_back("clinics", to_patients)
