"""The year report of the kascommissie.

Its ledger figures come from a pure function over a journal that is verified at the same time, so
that anybody with the bundle gets the same ones. What only the database knows (names, texts, seals,
findings) is added after that, in sections and cells that say so.
"""
