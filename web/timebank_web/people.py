"""What members and their tasks are called."""

from timebank_web.texts import _


def kind_word(kind: str) -> str:
    """Return what a kind of member is called."""
    return {
        "person": _("Bewoner"),
        "shop": _("Winkel"),
        "organisation": _("Organisatie"),
    }[kind]


def role_word(role: str) -> str:
    """Return what a role is called."""
    return {
        "auditor": _("kascommissie"),
        "coordinator": _("coördinator"),
        "issuer": _("uitgever van credits"),
        "registrar": _("inschrijver"),
        "treasurer": _("penningmeester"),
    }[role]
