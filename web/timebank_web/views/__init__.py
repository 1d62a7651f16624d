"""The views, one module per subject. A view parses, calls one service and renders."""

from flask import Blueprint

from timebank_web.views import (
    coordinator,
    day,
    devices,
    history,
    home,
    invitations,
    join,
    language,
    orders,
    pages,
    pay,
    proposals,
    propose,
    receive,
    redeem,
    refund,
    session,
    settlement,
    till,
    week,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    orders.blueprint,
    session.blueprint,
    join.blueprint,
    home.blueprint,
    pay.blueprint,
    receive.blueprint,
    history.blueprint,
    pages.blueprint,
    devices.blueprint,
    till.blueprint,
    refund.blueprint,
    day.blueprint,
    redeem.blueprint,
    coordinator.blueprint,
    invitations.blueprint,
    week.blueprint,
    settlement.blueprint,
    propose.blueprint,
    proposals.blueprint,
    language.blueprint,
)
