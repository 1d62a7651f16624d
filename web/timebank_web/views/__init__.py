"""The views, one module per subject. A view parses, calls one service and renders."""

from flask import Blueprint

from timebank_web.views import (
    allow,
    audit,
    books,
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
    public,
    receive,
    redeem,
    refund,
    reward,
    session,
<<<<<<< HEAD
    settlement,
=======
    statement,
>>>>>>> main
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
    public.blueprint,
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
    statement.blueprint,
    reward.blueprint,
    allow.blueprint,
    language.blueprint,
    audit.blueprint,
    books.blueprint,
)
