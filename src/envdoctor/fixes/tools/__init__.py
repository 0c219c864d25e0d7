"""The tools that change an environment, a module a tool."""
