"""Which sentences of a site answer a question, and whether an answer rests on them."""
