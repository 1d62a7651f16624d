"""A module for each noun; each names its commands in COMMANDS."""
