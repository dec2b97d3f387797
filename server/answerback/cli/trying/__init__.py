"""`answerback try`: one's own site with the tag put in, on this machine, with nothing changed in it."""
