"""The command `timebank`: one group of commands per noun."""
