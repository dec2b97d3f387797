"""How well a site's questions are answered, tried on its own pages with the models that are to answer."""
