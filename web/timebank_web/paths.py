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
    "verify": "/controle",
    "members": "/leden",
    "invite": "/uitnodigen",
    "week": "/week",
    "proposals": "/voorstellen",
<<<<<<< HEAD
    "settle": "/uitbetalen",
=======
    "audit": "/kascommissie",
    "seen": "/gekeken",
>>>>>>> main
    "propose": "/voorstellen/nieuw",
    "till": "/kassa",
    "till_links": "/kassas",
    "day_close": "/dag",
    "redeem": "/inwisselen",
    "refund": "/teruggeven",
    "statement": "/overzicht",
    "reward": "/belonen",
    "allow": "/toestaan",
}
