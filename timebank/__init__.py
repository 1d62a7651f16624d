"""The engine of a neighbourhood's own money; knows neither the web nor the command line."""

__version__ = "0.1.0"
