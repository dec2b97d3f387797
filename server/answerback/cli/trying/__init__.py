"""`answerback try`: serves a built site with the tag added, on this machine, without changing its files."""
