"""The pages: thin views over the services. `create_app` is the one way in."""

from flask import Flask

from timebank.clock import Clock
from timebank.services.bank import open_bank
from timebank.services.house import settings as house_settings
from timebank.services.statistics import Statistics
from timebank.settings import Settings
from timebank_web import current, errors, language, security, words
from timebank_web.views import BLUEPRINTS


def create_app(settings: Settings, clock: Clock | None = None) -> Flask:
    """Return the web app of one ledger; several may live in one process.

    Raises Unavailable where the ledger cannot be opened.
    """
    bank = open_bank(settings, clock)
    app = Flask(__name__)
    app.extensions["timebank"] = bank
    app.extensions["statistics"] = Statistics(bank)
    app.url_map.strict_slashes = False
    language.install(app)
    secure = house_settings(bank)["base_url"].startswith("https://")
    limiter = security.install(app, security.web_secret(settings.web_secret), secure=secure)
    words.install(app)
    current.install(app)
    errors.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    security.limit_views(app, limiter)
    current.require_access_rules(app)
    return app
