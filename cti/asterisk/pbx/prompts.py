"""The emergency menu's prompts, spoken by espeak-ng once per wording. Without them it plays Asterisk's own sounds."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from cti.asterisk.speech import CONVERTER, ESPEAK, Phrase, recipe, speak
from cti.kit.logging import get_logger

log = get_logger(__name__)

# Each prompt is its phrases one after the other: callers are not asked for their language when nothing works.
PROMPTS: dict[str, tuple[Phrase, ...]] = {
    "ask": (
        ("zh", "非常抱歉，暂时无法接听。请输入回电号码，按井号键结束。直接按井号键，将回拨您的来电号码。"),
        ("en", "Sorry, we cannot take your call now. Enter the number to call back, then press pound."),
        ("en", "Or just press pound, for the number you are calling from."),
    ),
    "again": (
        ("zh", "请重新输入回电号码，按井号键结束。"),
        ("en", "Please enter the number again, then press pound."),
    ),
    "number_is": (("zh", "您的回电号码是："), ("en", "Your number is:")),
    "correct": (("zh", "重新输入请按星号键。"), ("en", "To enter it again, press star.")),
    "thanks": (("zh", "谢谢，我们会尽快回电。再见。"), ("en", "Thank you. We will call back soon. Goodbye.")),
    "sorry": (("zh", "非常抱歉，请您稍后再拨。再见。"), ("en", "Sorry. Please call again later. Goodbye.")),
    **{f"digit_{digit}": (("zh", spoken),) for digit, spoken in enumerate("零一二三四五六七八九")},
}


def render_prompts(folder: Path) -> Path:
    """Speaks what is missing and gives the folder of this wording. Without espeak-ng or sox the folder stays empty."""
    wording = (
        folder
        / hashlib.sha256(repr([(name, recipe(phrases)) for name, phrases in PROMPTS.items()]).encode()).hexdigest()[:12]
    )
    if all((wording / f"{name}.wav").is_file() for name in PROMPTS):
        return wording
    wording.mkdir(parents=True, exist_ok=True)
    programs = (ESPEAK.program, CONVERTER)
    if not all(map(shutil.which, programs)):
        log.warning("pbx.emergency_prompts_missing", needs=", ".join(programs))
        return wording
    with tempfile.TemporaryDirectory(dir=wording) as scratch:
        for name, phrases in PROMPTS.items():
            try:
                speak(phrases, done := Path(scratch) / f"{name}.wav")
                done.rename(wording / done.name)
            except (subprocess.SubprocessError, OSError) as error:
                log.warning("pbx.emergency_prompt_failed", prompt=name, error=type(error).__name__)
    return wording
