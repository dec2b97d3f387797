project = "Harbour"
html_copy_source = False
html_show_sourcelink = False
templates_path = ["_templates"]
