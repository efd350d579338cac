"""Prompts as audio, made by the real espeak-ng and sox."""

from __future__ import annotations

import dataclasses
import multiprocessing
import wave
from array import array
from pathlib import Path

import pytest

from cti.asterisk import sounds
from cti.asterisk.sounds import SHIPPED_FALLBACK, Sounds, render
from cti.asterisk.speech import Program
from cti.ivr import Hotline, PromptRef, Recording, load_hotline
from cti.kit.errors import ConfigError, EnvironmentProblem
from cti.settings import Settings

DEMO = Path(__file__).parents[3] / "ivr_flows/95500"
GREETING = PromptRef("greeting", "zh")


@pytest.fixture(scope="module")
def demo() -> Hotline:
    return load_hotline(DEMO)


@pytest.fixture(scope="module")
def rendered(demo: Hotline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sounds") / "prompts"
    assert render(demo, folder, lambda _: None) == len(demo.prompts) + 1
    return folder


def only(demo: Hotline, *prompts: tuple[PromptRef, str]) -> Hotline:
    return dataclasses.replace(demo, prompts=dict(prompts), recordings={})


def samples(path: str) -> array[int]:
    with wave.open(f"{path}.wav") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        return array("h", file.readframes(file.getnframes()))


def test_every_prompt_of_the_demo_is_heard_and_none_is_long(demo: Hotline, rendered: Path) -> None:
    found = Sounds(demo, rendered)
    assert found.missing() == []
    for prompt in demo.prompts:
        path = found.find(prompt)
        assert path is not None
        audio = samples(path)
        peak = max(abs(s) for s in audio) / 32768
        assert 0.6 < peak < 0.8, (prompt, peak)
        limit = {"greeting": 6, "main_menu": 15}.get(prompt.id, 10)
        assert 0.2 < len(audio) / 8000 < limit, prompt


def test_what_is_there_is_not_made_again(demo: Hotline, rendered: Path) -> None:
    assert render(demo, rendered, lambda _: pytest.fail("nothing to do")) == 0


def test_changed_wording_is_a_new_file_and_the_old_one_stays(demo: Hotline, tmp_path: Path) -> None:
    before, after = only(demo, (GREETING, "您好")), only(demo, (GREETING, "再见"))
    render(before, tmp_path, lambda _: None)
    old = Sounds(before, tmp_path).find(GREETING)
    assert Sounds(after, tmp_path).find(GREETING) is None
    assert render(after, tmp_path, lambda _: None) == 1
    assert Sounds(after, tmp_path).find(GREETING) not in (None, old)
    assert Sounds(before, tmp_path).find(GREETING) == old


def test_missing_audio_is_told_and_has_a_fallback(demo: Hotline, tmp_path: Path) -> None:
    nothing = Sounds(demo, tmp_path)
    assert nothing.find(GREETING) is None
    assert nothing.fallback == SHIPPED_FALLBACK
    assert "prompt greeting.zh" in nothing.missing()
    assert nothing.find(PromptRef("never_heard_of", "zh")) is None


def test_fallback_is_spoken_in_both_languages(demo: Hotline, rendered: Path) -> None:
    assert len(samples(Sounds(demo, rendered).fallback)) > 3 * 8000


def test_text_is_never_taken_for_an_option(demo: Hotline, tmp_path: Path) -> None:
    hotline = only(demo, (PromptRef("dash", "en"), "-w /nowhere/x.wav is what this says"))
    render(hotline, tmp_path, lambda _: None)
    path = Sounds(hotline, tmp_path).find(PromptRef("dash", "en"))
    assert path is not None
    assert len(samples(path)) > 8000


def test_recording_wins_over_speech(demo: Hotline, rendered: Path, tmp_path: Path) -> None:
    spoken = Sounds(demo, rendered).find(PromptRef("main_menu", "zh"))
    recording = Recording(Path(f"{spoken}.wav"), "digest")
    hotline = dataclasses.replace(only(demo, (GREETING, "您好")), recordings={GREETING: recording})
    render(hotline, tmp_path, lambda _: None)
    path = Sounds(hotline, tmp_path).find(GREETING)
    assert path is not None
    assert len(samples(path)) > 10 * 8000


def test_recording_that_is_no_audio_is_one_problem(demo: Hotline, tmp_path: Path) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"not audio")
    hotline = dataclasses.replace(demo, recordings={GREETING: Recording(bad, "digest")})
    with pytest.raises(EnvironmentProblem) as raised:
        render(hotline, tmp_path / "prompts", lambda _: None)
    assert [p.code for p in raised.value.problems] == ["sounds.not_rendered"]


def test_missing_engine_is_one_problem_that_names_it(
    demo: Hotline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentProblem) as raised:
        render(demo, tmp_path / "prompts", lambda _: None)
    assert [(p.code, p.where) for p in raised.value.problems] == [("sounds.engine_missing", "sox, espeak-ng")]


def test_speech_that_is_silent_is_a_problem(demo: Hotline, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="nothing is heard"):
        render(only(demo, (GREETING, "。")), tmp_path, lambda _: None)


def _render_some(folder: Path) -> int:
    hotline = load_hotline(DEMO)
    some = {ref: text for ref, text in hotline.prompts.items() if ref.id in {f"say-{digit}" for digit in range(10)}}
    return render(dataclasses.replace(hotline, prompts=some), folder, lambda _: None)


def test_two_processes_at_once_make_the_same_files(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        made = pool.map(_render_some, [tmp_path, tmp_path])
    assert max(made) == 21
    assert [p for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    assert len(list(tmp_path.glob("*/*.wav"))) == 21


def test_names_tell_people_what_a_file_is(demo: Hotline, rendered: Path) -> None:
    path = Sounds(demo, rendered).find(GREETING)
    assert path is not None
    assert path.startswith(f"{rendered}/zh/greeting-")
    assert sounds.WORKERS == 2


def test_another_engine_speaks_in_place_of_espeak(demo: Hotline, rendered: Path, tmp_path: Path) -> None:
    script = tmp_path / "my tts"
    script.write_text('#!/bin/sh\n[ "$1" = zh ] && cat > "$2.txt" && exec sox -n -r 16000 "$2" synth 0.5 sine 440\n')
    script.chmod(0o755)
    engine = Program(f"'{script}' {{language}} {{file}}")
    hotline = only(demo, (GREETING, "-您好"))
    assert Sounds(hotline, rendered, engine).find(GREETING) is None
    with pytest.raises(EnvironmentProblem):  # the fallback is spoken in English, too, which this engine can't
        render(hotline, tmp_path / "prompts", lambda _: None, engine)
    found = Sounds(hotline, tmp_path / "prompts", engine).find(GREETING)
    assert found is not None
    assert 0.5 < len(samples(found)) / 8000 < 0.8


@pytest.mark.parametrize("command", ["tts --out file", "tts '{file}"])
def test_a_command_that_could_not_speak_is_refused(command: str) -> None:
    with pytest.raises(ConfigError, match="HOTLINE_SPEECH"):
        _ = Settings(speech=command).engine
