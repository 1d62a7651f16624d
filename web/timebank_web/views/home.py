"""Home: what one has, the two large buttons, and what happened last."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from timebank.services import statements
from timebank.services.statements import Balance
from timebank_web.current import me, member, the_bank
from timebank_web.moves import tell
from timebank_web.paths import PATHS
from timebank_web.texts import _
from timebank_web.views import week
from timebank_web.words import currency_label, money

blueprint = Blueprint("home", __name__)
LATEST = 6


@blueprint.get(PATHS["home"])
@member
def home() -> ResponseReturnValue:
    """Show balances and the latest movements."""
    return render_template(
        "home.html",
        balances=[balance(one) for one in statements.balances(the_bank(), me().id)],
        week=week.badge(),
        moves=tell(statements.history(the_bank(), me().id, limit=LATEST)),
    )


def balance(one: Balance) -> dict[str, Any]:
    """Return a balance in words: what there is, and what can be paid with it."""
    can_pay = _("U kunt nog %(amount)s betalen.", amount=money(one.available, one.currency))
    if one.balance < 0:
        owed = _("U staat %(amount)s rood.", amount=money(-one.balance, one.currency))
        words = f"{owed} {can_pay}"
    elif one.available == one.balance:
        words = _("Dit kunt u besteden.") if one.balance else _("U hebt nog niets.")
    else:
        words = can_pay
    return {
        "kind": "hours" if one.unit == "minute" else "credits",
        "label": currency_label(one.currency),
        "figure": money(one.balance, one.currency),
        "words": words,
    }
