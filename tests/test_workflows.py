"""The workflows that GitHub runs: nobody's words reach a shell, and nothing they use can change."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from commands.setup.requirements import DEBIAN

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
DEPENDABOT = ROOT / ".github" / "dependabot.yml"
OWN = "$/.github/workflows/"  # how a workflow of this repository is called at the same commit
# What other repositories use of this one.
ACTION = ROOT / "action.yml"
CALLED = ROOT / ".github" / "workflows" / "release-deck.yml"


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def workflow(request: pytest.FixtureRequest) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(request.param.read_text("utf-8"))
    return loaded


def test_an_auditor_finds_nothing() -> None:
    zizmor = Path(sys.executable).with_name("zizmor")
    done = subprocess.run(
        [
            zizmor,
            "--offline",
            "--no-progress",
            "--persona=pedantic",
            *WORKFLOWS,
            DEPENDABOT,
            ACTION,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="actionlint is locked for Linux alone")
def test_a_checker_of_workflows_finds_nothing() -> None:
    actionlint = Path(sys.executable).with_name("actionlint")
    done = subprocess.run([actionlint, *WORKFLOWS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_job_may_do_only_what_it_names_and_ends_some_day(workflow: dict[str, Any]) -> None:
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        assert "permissions" in job, name
        assert "uses" in job or job["timeout-minutes"] <= 60, name


def test_the_commands_are_there(workflow: dict[str, Any]) -> None:
    """A file that is called but was renamed would be noticed on the day of the release."""
    for job in workflow["jobs"].values():
        if job.get("uses", "").startswith(OWN):
            assert Path(job["uses"].removeprefix(OWN)).name in {path.name for path in WORKFLOWS}
        for step in job.get("steps", ()):
            for word in step.get("run", "").split():
                if word.endswith((".py", "/run")):
                    assert (ROOT / word).exists(), word


def release_jobs() -> dict[str, Any]:
    jobs: dict[str, Any] = yaml.safe_load(
        (ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8")
    )["jobs"]
    return jobs


def needed(jobs: dict[str, Any], name: str) -> set[str]:
    """The jobs that must be green before this one begins."""
    asked = jobs[name].get("needs", [])
    direct = {asked} if isinstance(asked, str) else set(asked)
    return direct.union(*(needed(jobs, one) for one in direct))


def test_nothing_is_released_before_the_tests_of_its_commit_are_green() -> None:
    jobs = release_jobs()
    (tests,) = (name for name, job in jobs.items() if job.get("uses") == f"{OWN}ci.yml")
    called = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    assert "workflow_call" in called[True]  # YAML reads the word "on" as true
    assert any("bash .ci/run" in str(job["steps"]) for job in called["jobs"].values())
    for name, job in jobs.items():
        assert name == tests or tests in needed(jobs, name), name
        assert "always()" not in str(job.get("if", "")), name


def test_the_job_that_may_write_runs_no_package() -> None:
    jobs = release_jobs()
    writing = [job for job in jobs.values() if "write" in job["permissions"].get("contents", "")]
    assert writing
    for job in writing:
        used = {step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step}
        assert used <= {"actions/checkout", "actions/download-artifact", "actions/attest"}
        runs = [step["run"] for step in job["steps"] if "run" in step]
        assert all(run.startswith(("echo ", "python3 build.py publish ")) for run in runs)


def test_no_release_takes_what_another_run_has_kept() -> None:
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values():
            for step in job.get("steps", ()):
                kept = step.get("with", {}).get("cache", "")
                assert not kept or "github.ref_type == 'branch'" in kept, (path.name, step)


def test_where_github_keeps_no_attestation_the_release_goes_on_and_says_so() -> None:
    steps = release_jobs()["publish"]["steps"]
    place = next(
        n for n, step in enumerate(steps) if step.get("uses", "").startswith("actions/att")
    )
    attest, told = steps[place], steps[place + 1]
    assert "!github.event.repository.private" in attest["if"]
    assert attest["continue-on-error"] == "${{ github.event.repository.private }}"
    assert f"steps.{attest['id']}.outcome != 'success'" in told["if"]
    assert "::notice" in told["run"]
    assert "build.py publish" in steps[-1]["run"]


def test_the_form_for_a_mistaken_card_asks_for_what_is_needed() -> None:
    folder = ROOT / ".github" / "ISSUE_TEMPLATE"
    form = yaml.safe_load((folder / "mistaken-card.yml").read_text("utf-8"))
    required = [field["id"] for field in form["body"] if "validations" in field]
    assert required == ["card", "wrong", "source"]
    # The link on a card opens an issue of its own, with the card's id as the title.
    settings = yaml.safe_load((folder / "config.yml").read_text("utf-8"))
    assert settings["blank_issues_enabled"] is True


def test_the_action_installs_what_a_release_needs_as_it_is_locked() -> None:
    action = yaml.safe_load(ACTION.read_text("utf-8"))
    script = "\n".join(step.get("run", "") for step in action["runs"]["steps"])
    assert "--require-hashes" in script
    for package, sign, _ in DEBIAN["build"]:
        assert package in script or not sign.startswith("library:"), package
    for word in script.split():
        if ".lock" in word:
            assert (ROOT / word.strip('"').removeprefix("$HERE/")).exists(), word


def test_a_deck_elsewhere_is_released_by_ten_lines_of_the_docs() -> None:
    """The example gives the called workflow the inputs and the permissions that it asks for."""
    text = (ROOT / "docs" / "releases.md").read_text("utf-8")
    (example,) = (
        block for block in re.findall(r"```yaml\n(.*?)```", text, re.S) if "jobs:" in block
    )
    assert len(example.splitlines()) <= 12
    called = yaml.safe_load(CALLED.read_text("utf-8"))
    (job,) = yaml.safe_load(example)["jobs"].values()
    inputs = called[True]["workflow_call"]["inputs"]  # YAML reads the key `on` as true
    assert job["with"].keys() <= inputs.keys()
    assert {name for name, about in inputs.items() if about.get("required")} <= job["with"].keys()
    asked = {
        key: value for each in called["jobs"].values() for key, value in each["permissions"].items()
    }
    assert {**asked, **job["permissions"]} == job["permissions"] | {"contents": "write"}
    assert job["uses"].partition("@")[0].endswith(CALLED.relative_to(ROOT).as_posix())
