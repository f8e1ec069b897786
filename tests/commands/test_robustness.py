"""What surrounds a command may be broken: one sentence, and never a traceback."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from commands import cdk
from commands.__main__ import again, temporary_folder
from commands.building import BuildError
from commands.environment import Environment
from commands.options import UsageError, parse
from deployment import revision
from deployment.printable import printable
from deployment.synthesis import NotSynthesizedError, synthesize
from deployment.unusable import UnusableError
from handover.source import why_unknown
from review.material import Material, plans
from review.revisions import sides
from tests.conftest import CHECKOUT
from tests.review.stacks import PRODUCER, TODAY, compared


def psc(*words: str, out: int | None = subprocess.PIPE, **variables: str) -> subprocess.CompletedProcess[str]:
    """Start ./psc's program with this Python, whatever it would choose."""
    command = [sys.executable, "-s", "-m", "commands", *words]
    env = {**os.environ, **variables}
    return subprocess.run(command, cwd=CHECKOUT, env=env, stdout=out, stderr=subprocess.PIPE, text=True, check=False)


@pytest.mark.parametrize(
    "words",
    [("review", "--base", ""), ("review", "--base-dir", " "), ("review", "--dir", ""), ("review", "--env", ""),
     ("review", "--today", ""), ("review", "--output", ""), ("rehearse", "--from", ""), ("handover", ""),
     ("handover", "--stack", "", "x"), ("synth", "--env", ""), ("synth", "--config", "")],
)  # fmt: skip
def test_an_empty_value_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="is empty"):
        parse(list(words))


def test_a_tmpdir_that_does_not_exist_is_one_sentence(tmp_path: Path) -> None:
    done = psc("config", TMPDIR=str(tmp_path / "##[error]none"))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "TMPDIR" in done.stderr
    assert "##[" not in done.stderr


def test_a_tmpdir_in_which_node_finds_nothing_is_one_sentence(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    folder.mkdir()
    done = psc("config", TMPDIR=str(folder))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "is not UTF-8" in done.stderr


def test_all_that_is_started_has_the_same_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", ".")
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert temporary_folder()
    assert os.environ["TMPDIR"] == str(tmp_path), "what runs in another folder must not take its own"


def test_no_temporary_folder_at_all_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TMPDIR", "")
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/nowhere"])
    assert not temporary_folder()
    said = capsys.readouterr().err
    assert "'/nowhere'" in said
    assert len(said.splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("words", [["--help"], ["review", "--help"]])
def test_a_full_standard_output_is_one_sentence(words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = psc(*words, out=full.fileno())
    assert "Traceback" not in done.stderr
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_standard_error_changes_no_exit_code() -> None:
    command = [sys.executable, "-s", "-m", "commands", "--nonsense"]
    with open("/dev/full", "w") as full:
        assert subprocess.run(command, cwd=CHECKOUT, stderr=full, check=False).returncode == 2


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENAMETOOLONG, errno.EFBIG, errno.EMFILE])
def test_what_the_system_does_not_let_be_done_is_one_sentence(number: int) -> None:
    start = (
        "import runpy, commands.options\n"
        f"def fails(_): raise OSError({number}, {os.strerror(number)!r}, 'a\\nb')\n"
        "commands.options.parse = fails\n"
        "runpy.run_module('commands', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-s", "-c", start], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, f"psc: a\\nb cannot be read or written ({os.strerror(number)})\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_synthesis_whose_standard_error_is_full_has_no_findings(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-s", "main.py"], cwd=CHECKOUT, env=os.environ | {"CDKTF_OUTDIR": str(tmp_path)},
            stderr=full, check=False,
        )  # fmt: skip
    assert done.returncode == 2


@pytest.mark.parametrize("error", ['RuntimeError("can\'t start new thread")', "MemoryError()"])
def test_no_room_for_what_is_started_is_one_sentence(error: str) -> None:
    start = (
        "import runpy, commands.options\n"
        f"def fails(_): raise {error}\n"
        "commands.options.parse = fails\n"
        "runpy.run_module('commands', run_name='__main__')\n"
    )
    words = [sys.executable, "-s", "-c", start]
    done = subprocess.run(words, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "`ulimit -a`" in done.stderr


def test_a_closed_standard_output_is_none() -> None:
    words = f"exec {sys.executable} -s -m commands --help >&-"
    done = subprocess.run(["sh", "-c", words], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("closed", ["2>&-", "<&- 2>&-"])
def test_with_standard_error_closed_nothing_of_it_is_in_the_output(closed: str) -> None:
    words = f"exec {sys.executable} -s -m commands init --consumer x {closed}"
    done = subprocess.run(["sh", "-c", words], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")


def _repository(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for words in (
        ["init", "-q"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"],
    ):
        subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)
    return folder


def test_git_is_asked_about_this_checkout_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = _repository(tmp_path / "other")
    (other / "checkout").mkdir()
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    for folder in (other / "checkout", tmp_path):
        assert revision.git(folder, "rev-parse", "HEAD").returncode != 0
    monkeypatch.delenv("GIT_DIR")
    with pytest.raises(UnusableError, match="git does not read this checkout: fatal: not a git repository"):
        revision.merge_base(other / "checkout")


def test_what_git_says_of_a_checkout_that_it_refuses_is_told(tmp_path: Path) -> None:
    checkout = _repository(tmp_path / "refused")
    (checkout / ".git" / "config").write_text("[core\n")
    for ask in (revision.merge_base, lambda place: revision.check_out(place, "HEAD", tmp_path)):
        with pytest.raises(UnusableError, match="git does not read this checkout: fatal: bad config line 1"):
            ask(checkout)


def test_a_hand_over_knows_why_a_revision_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = _repository(tmp_path / "refused")
    assert (why_unknown(checkout), why_unknown(tmp_path)) == ("", "")
    (checkout / ".git" / "config").write_text("[core\n")
    assert why_unknown(checkout).startswith("git does not read this checkout: fatal: bad config line 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert why_unknown(checkout).startswith("git cannot be started")


def test_without_git_there_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnusableError, match="git cannot be started"):
        revision.check_out(CHECKOUT, "HEAD", tmp_path)


@pytest.mark.parametrize(
    "variables",
    [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "nonsense"},
     {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "POSIX"}],
)  # fmt: skip
def test_what_is_printed_is_utf_8_whatever_the_encoding_of_other_programs(variables: dict[str, str]) -> None:
    done = subprocess.run(
        ["./psc", "--help"], cwd=CHECKOUT, env=os.environ | variables, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "…" in done.stdout.decode()


@pytest.mark.parametrize("depth", [300, 900, 5000])
def test_a_deep_plan_is_one_sentence(depth: int, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    deep = '{"a":' * depth + "1" + "}" * depth
    change = f'{{"actions":["create"],"before":null,"after":{deep},"after_unknown":{{}}}}'
    file.write_text(
        '{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{},"configuration":{},"resource_changes":'
        f'[{{"address":"a.b","mode":"managed","type":"a","name":"b","change":{change}}}]}}'
    )
    material = Material(base="a", today=TODAY, code=[compared(PRODUCER, PRODUCER)])
    with pytest.raises(UnusableError):
        plans(material, {"producer": file})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n::error::x", "a\\n::error::x"),
        ("::error::x", "\\x3a:error::x"),
        ("  ::add-mask::x", "  \\x3a:add-mask::x"),
        ("x ##[error]y", "x \\x23#[error]y"),
        ("\x1b[2J\u202e\x85\udc80", "\\x1b[2J\\u202e\\x85\\udc80"),
        ("::/0 and a::b", "::/0 and a::b"),
        ("##vso[task.setvariable]x", "\\x23#vso[task.setvariable]x"),
        ("a ##teamcity[x]", "a \\x23#teamcity[x]"),
        ("a\u3164\u2800\ufe0f\U000e0101b", "a\\u3164\\u2800\\ufe0f\\U000e0101b"),
        ("\u0301a\u0301\u0302\u0303", "\\u0301a\u0301\u0302\\u0303"),
        ("é 日本語 สวัสดี नमस्ते", "é 日本語 สวัสดี नमस्ते"),
    ],
)
def test_a_text_of_others_is_only_text_in_a_terminal_and_a_log(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    "words", [("synth", "::error::\x1b[31m\u202ex"), ("config", "--config", "::error::\x1b[31m\u202ex")]
)
def test_a_word_of_the_command_line_is_only_text(words: tuple[str, ...]) -> None:
    said = psc(*words).stderr
    assert "error::\\x1b[31m\\u202ex" in said
    assert not said.startswith("::")


@pytest.mark.parametrize("variable", [{"NODE_OPTIONS": "--nonsense"}, {"JSII_NODE": "/nowhere"}])
def test_a_node_that_does_not_start_is_said_to_have_not(variable: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-s", "main.py"], cwd=CHECKOUT, env=os.environ | variable,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "jsii's Node did not start" in done.stderr
    assert "thrown away" not in done.stderr, "other runs may be using what was prepared"
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    start = f"import os, sys, runpy; sys.path.insert(0, {str(CHECKOUT)!r}); os.rmdir(os.getcwd()); "
    start += "sys.argv = ['psc', 'config']; runpy.run_module('commands', run_name='__main__')"
    words = [sys.executable, "-s", "-c", start]
    done = subprocess.run(words, cwd=tmp_path / "gone", capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "does not exist any more" in done.stderr


def test_an_environment_of_another_user_is_one_sentence(tmp_path: Path) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text("")
    with pytest.raises(BuildError, match=r"bin/python: cannot be started \(Permission denied\)"):
        again(Environment(tmp_path, cdk.CDKTF), ["config"])


@pytest.mark.parametrize("ignored", [False, True])
def test_an_interruption_before_the_command_begins_ends_it_without_a_traceback(ignored: bool, tmp_path: Path) -> None:
    (tmp_path / "commands.py").write_text("import os\nos.kill(os.getpid(), 2)\nprint('there', flush=True)\n")
    start = (CHECKOUT / "psc").read_text().partition("start='")[2].partition("'\n")[0]
    trap = "trap '' INT; " if ignored else ""
    words = ["sh", "-c", f'{trap}exec "$@"', "sh", sys.executable, "-s", "-c", start, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == ((0, "there\n", "") if ignored else (-signal.SIGINT, "", ""))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_whoever_ends_a_command_leaves_no_folders(number: int, tmp_path: Path) -> None:
    program = (
        "import signal, sys, tempfile, time; sys.path.insert(0, sys.argv[1])\n"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"  # nohup leaves it ignored
        "from commands.command import tidy_up_on_signals\n"
        "tidy_up_on_signals()\n"
        "with tempfile.TemporaryDirectory(dir=sys.argv[2]): print('there', flush=True); time.sleep(60)\n"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", program, str(CHECKOUT), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with started:
        assert started.stdout is not None
        assert started.stdout.readline() == "there\n"
        started.send_signal(number)
    assert started.returncode == 128 + number
    assert list(tmp_path.iterdir()) == []


def _interrupted(after: float, *words: str) -> subprocess.CompletedProcess[str]:
    """Start something and send it and all that it starts what Ctrl-C sends."""
    with subprocess.Popen(
        [sys.executable, "-s", *words], cwd=CHECKOUT, start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=after)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate()
        return subprocess.CompletedProcess(words, process.returncode, out, err)


@pytest.mark.parametrize("after", [0.2, 0.5, 1.0])
def test_an_interrupted_synthesis_ends_without_a_traceback(
    after: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path))
    said = _interrupted(after, "main.py").stderr
    # Python itself ignores an interruption in a callback of an import, and says so.
    assert "Traceback" not in said or "Exception ignored in" in said


def test_a_synthesis_ends_with_the_command_that_is_ended(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import time\nprint('there', flush=True)\ntime.sleep(60)\n")
    start = (
        "import sys; from pathlib import Path; from commands import synth\n"
        "synth.CHECKOUT = Path(sys.argv[1])\n"
        "from commands import cdk, environment\n"
        "synth.run(None, environment.Environment(Path(sys.prefix), cdk.CDKTF))\n"
    )
    (tmp_path / "folders").mkdir()
    with subprocess.Popen(
        [sys.executable, "-s", "-c", start, str(tmp_path)],
        cwd=CHECKOUT, env=os.environ | {"TMPDIR": str(tmp_path / "folders")}, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 128 + signal.SIGTERM
        assert process.stdout.read() == "", "main.py has ended, too"
    assert list((tmp_path / "folders").iterdir()) == []


@pytest.mark.parametrize("told", [True, False])
def test_a_synthesis_that_is_ended_from_outside_is_said_to_be(
    told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = tmp_path / "main.py"
    main.write_text("import os, tempfile\ntempfile.mkdtemp()\nos.kill(os.getpid(), 9)\n")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "folders"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "folders"))
    (tmp_path / "folders").mkdir()
    with pytest.raises(NotSynthesizedError, match=r"ended from outside \(SIGKILL\)") as error:
        synthesize(sys.executable, tmp_path, tmp_path / "out", told=told)
    assert error.value.code == 2
    assert list((tmp_path / "folders").iterdir()) == []
    if not told:
        (tmp_path / "config" / "environments").mkdir(parents=True)
        (tmp_path / "config" / "environments" / "default.yaml").touch()
        said: list[str] = []
        with pytest.raises(NotSynthesizedError):
            sides(sys.executable, tmp_path, ["default"], tmp_path / "into", said.append)
        assert said == [], "that is no fault of the configuration's"
    for end in ("import os\nos.kill(os.getpid(), 2)\n", "raise SystemExit(130)\n"):
        main.write_text(end)
        with pytest.raises(KeyboardInterrupt):
            synthesize(sys.executable, tmp_path, tmp_path / "out", told=told)


FAILURES = {
    "RuntimeError('Error: ENOSPC: no space left on device, write')": "(no space left on device); see that the disk is",
    "RuntimeError('Error: EFBIG: file too large, write')": "(file too large)",
    "RuntimeError('EMFILE: too many open files, open /a')": "`ulimit -a`",
    "KernelEndedError()": "ended from outside, or for want of memory",
}


def test_a_synthesis_that_node_cannot_finish_is_one_sentence(tmp_path: Path) -> None:
    start = (
        "import sys; sys.argv = ['main.py']; sys.path.insert(0, '.'); import main, stacks.synthesis\n"
        "from cdktf_fast_synthesis.kernel_process import KernelEndedError\n"
        f"for error in ({', '.join(FAILURES)}):\n"
        "    def fails(*_): raise error\n"
        "    stacks.synthesis.synthesize = fails\n"
        "    assert main._synthesize(main.load(main.CHECKOUT)) == 2\n"
    )
    done = subprocess.run(
        [sys.executable, "-s", "-c", start], cwd=CHECKOUT, env={**os.environ, "CDKTF_OUTDIR": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for said, words in zip(done.stderr.splitlines(), FAILURES.values(), strict=True):
        assert words in said


def test_nothing_is_imported_from_the_folder_that_the_caller_stands_in(tmp_path: Path) -> None:
    """It may be a bundle that is to be verified, or a checkout that is to be reviewed."""
    for name in ("signal", "runpy", "argparse", "json", "commands", "pydantic"):
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name} of the folder')\n")
    second = "import sys; sys.path.insert(0, sys.argv[1]); from commands.__main__ import again; "
    second += "from commands.cdk import CDKTF; from commands.environment import Environment; from pathlib import Path; "
    second += "again(Environment(Path(sys.prefix), CDKTF), ['handover', '--verify', '.'])"
    for words in (
        [str(CHECKOUT / "psc"), "handover", "--verify", "."],
        [sys.executable, "-P", "-c", second, str(CHECKOUT)],
    ):
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (2, "psc: .: no bundle of ./psc handover (no SHA256SUMS)\n")
