"""Where every page of the menu and the forms lives. Views take their route from here."""

PATHS = {
    "welcome": "/",
    "home": "/thuis",
    "login": "/inloggen",
    "logout": "/uitloggen",
    "pay": "/betalen",
    "receive": "/ontvangen",
    "poster": "/ontvangen/poster",
    "history": "/boekingen",
    "more": "/meer",
    "help": "/hulp",
    "privacy": "/privacy",
    "public": "/openbaar",
    "members": "/leden",
    "invite": "/uitnodigen",
    "proposals": "/voorstellen",
    "till": "/kassa",
    "till_links": "/kassas",
    "day_close": "/dag",
    "redeem": "/inwisselen",
    "refund": "/teruggeven",
}
