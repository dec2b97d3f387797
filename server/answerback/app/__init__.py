"""The application: wiring, routes, serving, health."""
