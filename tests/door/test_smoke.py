"""`./run demo --smoke`: the whole product walks its main job and ends by itself."""

LONGEST_SECONDS = 600


def test_the_walk_passes_on_servers_of_its_own(project):
    code, words = project.run("demo", "--smoke", timeout=LONGEST_SECONDS)

    assert code == 0, words[-3000:]
    assert "Smoke walk passed" in words
    assert "check_messages finds no fault" in words
