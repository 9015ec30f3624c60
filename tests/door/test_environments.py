"""Virtual environments: made once, renewed when their requirements change, and healed
when they are broken or were left half-made. No package is fetched for this."""

import pytest

MADE = "Setting up"


@pytest.fixture
def bare(project):
    """A copy whose requirements are empty: what remains is the making itself."""
    for name in ("requirements-dev.txt", "requirements-uv.txt"):
        project.write(name, "# nothing\n")
    return project


def call(project):
    code, words = project.run(
        "fix", "--nonsense", CRESTPATH_VENV=None, PIP_NO_INDEX="1"
    )
    assert code == 2, words
    return words


def test_an_environment_is_made_once_renewed_and_healed(bare):
    python = bare.folder / ".venv-dev" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/nowhere")  # as a run leaves it that is killed in the middle

    assert MADE in call(bare)
    assert MADE not in call(bare)

    bare.write("requirements-dev.txt", "# nothing, in other words\n")

    assert MADE in call(bare)
    assert MADE not in call(bare)

    python.unlink()  # as when the interpreter it was made of has gone

    assert MADE in call(bare)
