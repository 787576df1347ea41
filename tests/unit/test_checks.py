"""`advisor check` finds what an author got wrong in the dialogues, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.operations.checks import check_dialogues
from knowledge.problems import ContentError

DOMAIN = """\
intents:
  - greet
actions:
  - action_greet
responses:
  utter_hello:
    - text: "{name}さん、こんにちは。"
      buttons:
        - {title: "始める", payload: "start"}
    - text: "Hello {name}."
      condition: [{type: slot, name: language, value: en}]
      buttons:
        - {title: "Start", payload: "start"}
"""
ENGLISH = DOMAIN[DOMAIN.index('    - text: "Hello') :]
RULES = """\
rules:
  - rule: A greeting
    steps:
      - intent: greet
      - action: action_greet
"""
MESSAGES = """\
nlu:
- intent: greet
  examples: |
    - hello
"""


def project(root: Path, domain: str = DOMAIN, rules: str = RULES, messages: str = MESSAGES) -> Path:
    """A small project on disk."""
    for place, text in {"dialogues/domain": domain, "dialogues/rules": rules, "nlu/intents": messages}.items():
        (root / place).mkdir(parents=True)
        (root / place / "all.yml").write_text(text, encoding="utf-8")
    return root


def test_dialogues_in_order_raise_nothing(tmp_path: Path) -> None:
    check_dialogues(project(tmp_path))


SPOILED = {
    "a response in one language": ("domain", ENGLISH, "", "utter_hello' does not have one Japanese and one English"),
    "a value in one language only": ("domain", "Hello {name}.", "Hello.", "utter_hello' does not use the same values and buttons"),
    "a button that means something else": ("domain", '"Start", payload: "start"', '"Start", payload: "stop"', "same values and buttons"),
    "a rule about an unknown intent": ("rules", "intent: greet", "intent: great", "Unknown intent 'great'"),
    "a rule with an unknown action": ("rules", "action: action_greet", "action: action_meet", "Unknown action 'action_meet'"),
    "examples of an unknown intent": ("messages", "intent: greet", "intent: great", "Unknown intent 'great'"),
    "an intent without examples": ("messages", "    - hello\n", "", "examples"),
}


@pytest.mark.parametrize("case", SPOILED)
def test_a_mistake_in_the_dialogues_is_named_with_its_file(case: str, tmp_path: Path) -> None:
    part, old, new, message = SPOILED[case]
    texts = {"domain": DOMAIN, "rules": RULES, "messages": MESSAGES}
    assert old in texts[part]
    with pytest.raises(ContentError, match=message):
        check_dialogues(project(tmp_path, **(texts | {part: texts[part].replace(old, new)})))
