"""Warning signs in a text, in both languages, and what is expressly denied."""

import pytest

from notifications.domain.warning_words import signs

NAMED = [
    ("I have chest pain", 1),
    ("My chest hurts a lot", 1),
    ("pressure in my chest", 1),
    ("me duele el pecho", 1),
    ("Tengo dolor en el pecho", 1),
    ("I can't breathe", 1),
    ("cant breath", 1),
    ("I’m short of breath", 1),
    ("no puedo respirar", 1),
    ("me falta el aire", 1),
    ("I fainted this morning", 1),
    ("she passed out", 1),
    ("me desmayé", 1),
    ("his speech is slurred", 1),
    ("my lips are swollen", 1),
    ("tengo la garganta hinchada", 1),
    ("it won't stop bleeding", 1),
    ("no para de sangrar", 1),
    ("I can't pee", 1),
    ("Stop. I can't breathe", 1),
    ("no fever but chest pain", 1),
    ("I have a fever", 2),
    ("FEVER 101", 2),
    ("temp is 101.5", 2),
    ("Tengo fiebre", 2),
    ("tengo calentura y escalofríos", 2),
    ("chills all night", 2),
    ("I can't walk", 2),
    ("cannot put weight on it", 2),
    ("No puedo caminar", 2),
    ("no puedo mover la pierna", 2),
    ("there is pus coming out", 2),
    ("it is draining", 2),
    ("le sale pus", 2),
    ("está muy hinchado", 2),
    ("it's red and hot", 2),
    ("my calf hurts", 2),
    ("me duele la pantorrilla", 2),
    ("my foot is numb", 2),
    ("tengo el pie entumecido", 2),
    ("pain is 9 out of 10", 2),
    ("tengo mucho dolor", 2),
    ("the pain is getting worse", 2),
    ("I am in the hospital", 2),
    ("not sure if I have a fever", 2),
    ("No, I have a fever", 2),
    ("I took ibuprofen", 3),
    ("tomé ibuprofeno", 3),
    ("I have a rash", 3),
    ("tengo un moretón", 3),
    ("I am very worried", 3),
]
CALM = [
    "no fever",
    "No fever or chills",
    "without fever",
    "I don't have a fever",
    "sin fiebre",
    "no tengo fiebre",
    "no chest pain",
    "I am not bleeding",
    "Can I stop by earlier?",
    "don't stop the reminders",
    "I need to stop taking aspirin?",
    "I'm running late",
    "I can't come",
    "What materials do I bring?",
    "¿A qué hora es mi cita?",
    "C",
    "Is parking hot?",
    "see you tomorrow",
    "",
]


@pytest.mark.parametrize(("said", "tier"), NAMED)
def test_a_warning_sign_is_heard(said, tier):
    assert [sign.tier for sign in signs(said)][:1] == [tier]


@pytest.mark.parametrize("said", CALM)
def test_other_words_and_denials_raise_nothing(said):
    assert signs(said) == ()


def test_the_gravest_comes_first():
    found = signs("I have a rash, a fever and chest pain")

    assert [sign.tier for sign in found] == [1, 2, 3]
