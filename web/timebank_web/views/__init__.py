"""The views, one module per subject. A view parses, calls one service and renders."""

from flask import Blueprint

from timebank_web.views import home, orders

BLUEPRINTS: tuple[Blueprint, ...] = (
    orders.blueprint,
    home.blueprint,
)
