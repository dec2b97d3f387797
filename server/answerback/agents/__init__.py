"""Endpoints for programs: MCP, NLWeb's `/ask`, `/llms.txt`, Markdown. Off unless a site enables them."""
