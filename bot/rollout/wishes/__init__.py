"""An owner's words about time, as a wish: pure reading, in Japanese and English.

`wish.py` says what a wish is, `reading.py` reads one, `placing.py` puts it into the owner's working time, `moves.py` reads "the pilot from
January". The words are content (knowledge/rollout/wishes.yml); the grammar is here, and docs/adr/0010 says why it is ours.
"""
