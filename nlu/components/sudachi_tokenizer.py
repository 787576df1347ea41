"""A Rasa tokenizer for Japanese and English in one pipeline."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from knowledge.text import morphemes


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class SudachiTokenizer(Tokenizer):
    """Cuts a message at Sudachi's word borders (split mode A); a token's lemma is its normalised dictionary form.

    Offsets are those of the message as typed, so entities stay exact while features see one spelling (サーバ, server → サーバー).
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The base class's settings; intents are never split."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Tokens of one attribute of a message, white space left out."""
        found = morphemes(message.get(attribute) or "")
        return [Token(each.surface, each.start, each.end, lemma=each.lemma) for each in found]
