"""The views, one module per subject. A view parses, calls one service and renders."""

from flask import Blueprint

from timebank_web.views import (
    coordinator,
    day,
    devices,
    home,
    invitations,
    orders,
    pages,
    receive,
    redeem,
    refund,
    till,
    treasurer,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    orders.blueprint,
    home.blueprint,
    receive.blueprint,
    pages.blueprint,
    devices.blueprint,
    till.blueprint,
    refund.blueprint,
    day.blueprint,
    redeem.blueprint,
    coordinator.blueprint,
    invitations.blueprint,
    treasurer.blueprint,
)
