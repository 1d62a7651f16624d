"""From received bytes to a verified order: everything that needs no state and no database."""

from collections.abc import Sequence
from dataclasses import dataclass

from timebank.errors import Code, Refusal
from timebank.ledger.codec import write
from timebank.ledger.orders import AddKey, Admit, Order, parse_order
from timebank.signing.authorizations import Verified, parse_authorization, verify, verify_order
from timebank.signing.canonical import Value, encode
from timebank.signing.messages import Tag

MAX_AUTHORIZATIONS = 32


@dataclass(frozen=True, slots=True)
class VerifiedOrder:
    """An order whose signatures hold. Whether its signers may give it is for the rules.

    `authorizations` are the canonical bytes of the list as received. `invitation` says who signed
    the voucher an admit or add_key carries.
    """

    order: Order
    authorizations: bytes
    signed: tuple[Verified, ...]
    invitation: Verified | None = None

    @property
    def batch(self) -> tuple[str, ...]:
        """The identities this order posts together with, its own included."""
        lists = {verified.batch for verified in self.signed if verified.batch}
        if len(lists) > 1:
            raise Refusal(Code.BATCH_INCOMPLETE)
        return lists.pop() if lists else (self.order.identity,)


def verify_bytes(data: bytes, authorizations: Sequence[Value]) -> VerifiedOrder:
    """Parse an order and check every signature on it, and on the voucher inside it.

    Raises Refusal for malformed bytes and for signatures, challenges and keys that do not hold.
    """
    return verify_signatures(parse_order(data), authorizations)


def verify_signatures(order: Order, authorizations: Sequence[Value]) -> VerifiedOrder:
    """Check every signature on an order that was parsed; raises as `verify_bytes` does."""
    if not 1 <= len(authorizations) <= MAX_AUTHORIZATIONS:
        raise Refusal(Code.BAD_FIELD, field="authorizations")
    parsed = [parse_authorization(value) for value in authorizations]
    signed = tuple(verify_order(item, order.data, order.ledger) for item in parsed)
    return VerifiedOrder(order, encode(list(authorizations)), signed, _invitation(order))


def _invitation(order: Order) -> Verified | None:
    if not isinstance(order.body, Admit | AddKey):
        return None
    invitation = order.body.invitation
    return verify(
        parse_authorization(invitation.authorization),
        Tag.INVITATION,
        encode(write(invitation.voucher)),
    )
