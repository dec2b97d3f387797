"""What programs read and ask of a site: MCP, NLWeb's `/ask`, `/llms.txt`, Markdown. Off unless a site says so."""
