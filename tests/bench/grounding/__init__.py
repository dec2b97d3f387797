"""How well passages are chosen and quotes are found: figures on pages with questions and known answers."""
