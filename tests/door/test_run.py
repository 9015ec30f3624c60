"""`./run` itself: from anywhere, on a path with spaces, again, at once, and after a
kill -9 of everything."""

import os
import signal
import time

import pytest

from tools.local import postgres

# What a test in the copy sees.
PROBE = """
import os, time
from pathlib import Path
import psycopg, redis

def test_servers_answer():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        role, = connection.execute("SELECT current_user").fetchone()
    assert role == "crestpath_app"
    redis.from_url(os.environ["REDIS_URL"]).ping()
    print("probe at", Path.cwd(), os.environ["DATABASE_URL"], os.environ["REDIS_URL"])
    if os.environ.get("LINGER"):
        Path(os.environ["LINGER"]).touch()
        time.sleep(60)
"""

# Pytest alone, without the product behind it: quicker, and the servers are the same.
BARE = ("-c", "/dev/null", "--rootdir", ".", "--noconftest", "-p", "no:django", "-s")


@pytest.fixture
def probe(project):
    return project.write("tests/test_probe.py", PROBE)


def wait_for(path):
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{path} did not appear")


def test_the_tests_run_from_another_folder_on_a_path_with_spaces(project, probe):
    code, words = project.run("test", "-s", probe)

    assert code == 0, words
    assert f"probe at {project.folder}" in words
    assert "1 passed" in words.splitlines()[-1]


def test_it_heals_after_everything_was_killed(project, probe, tmp_path):
    lingering = project.start("test", *BARE, probe, LINGER=str(tmp_path / "here"))
    wait_for(tmp_path / "here")
    pid_file = project.folder / ".local" / "pg-test" / "postmaster.pid"
    server = int(pid_file.read_text().splitlines()[0])
    os.killpg(lingering.pid, signal.SIGKILL)
    os.kill(server, signal.SIGKILL)
    lingering.communicate()

    code, words = project.run("test", *BARE, probe)

    assert code == 0, words


def test_two_runs_at_the_same_time_do_not_disturb_each_other(project, probe):
    runs = [project.start("test", *BARE, probe) for _ in range(2)]

    words = [run.communicate(timeout=120)[0] for run in runs]

    assert [run.returncode for run in runs] == [0, 0], words


def test_given_servers_replace_our_own(project, probe, private_state):
    with postgres.running("given") as given:
        given.create_database("theirs")
        url = given.url(postgres.APP, "theirs")
        code, words = project.run("test", *BARE, probe, DATABASE_URL=url)

    assert code == 0, words
    assert url in words
    assert not (project.folder / ".local" / "pg-test").exists()


@pytest.mark.parametrize(
    "home", [None, "", "/nowhere"], ids=["unset", "empty", "missing"]
)
def test_it_needs_no_home(project, home):
    code, words = project.run("fix", "--nonsense", HOME=home)

    assert (code, words) == (2, "usage: ./run fix\n")
    assert (project.folder / ".local" / "home").is_dir()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [([], 2), (["dance"], 2), (["help"], 0), (["demo", "--dance"], 2)],
)
def test_what_it_does_not_know_it_explains(project, arguments, code):
    assert project.run(*arguments)[0] == code
    assert "usage: ./run" in project.run(*arguments)[1]


def test_a_failing_test_is_its_exit_code(project):
    name = project.write("tests/test_probe.py", "def test_it():\n    assert False\n")

    assert project.run("test", *BARE, name)[0] == 1


def test_without_a_browser_it_says_what_to_do(project, tmp_path):
    if os.geteuid() == 0:
        return_code, words = project.run(
            "test", CRESTPATH_CHROMIUM="/nowhere", PATH=tools(tmp_path)
        )
    else:
        return_code, words = project.run("test", CRESTPATH_CHROMIUM="/nowhere")

    assert return_code == 3, words
    assert "apt-get install -y chromium" in words


def tools(folder):
    """A PATH with what the script itself needs, and no apt-get."""
    for name in (
        "sh",
        "readlink",
        "dirname",
        "mkdir",
        "find",
        "id",
        "cksum",
        "cat",
        "rm",
    ):
        (folder / name).symlink_to(f"/usr/bin/{name}")
    return str(folder)
