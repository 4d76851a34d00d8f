"""Gift cards: create, check and redeem them.

Every answer has ``code`` ("000000" if it went well), ``message``, ``success`` and ``data``.
Amounts are decimal strings, times ms.

https://developers.binance.com/docs/gift_card
"""

from __future__ import annotations

from ...wire.types import JsonObject, Number
from ..base import Group
from ..endpoint import get, post


class GiftCard(Group):
    """Calls about gift cards."""

    @post("/sapi/v1/giftcard/createCode", security="USER_DATA")
    def create_code(
        self, token: str, amount: Number, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Create a gift card of one asset, paid from the funding wallet.

        data has referenceNo, code and expiredTime.  Whoever has the code can redeem it: keep it
        secret.

        Args:
            token: The asset.

        https://developers.binance.com/docs/gift_card/market-data/Create-a-single-token-gift-card
        """

    @post("/sapi/v1/giftcard/buyCode", security="TRADE")
    def buy_code(
        self,
        baseToken: str,
        faceToken: str,
        baseTokenAmount: Number,
        *,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Create a gift card of one asset and pay for it with another.

        data has referenceNo, code and expiredTime.  Whoever has the code can redeem it: keep it
        secret.

        Args:
            baseToken: The asset to pay with, in the spot wallet.
            faceToken: The asset on the card.
            baseTokenAmount: How much to pay, within the limits of token_limit.

        https://developers.binance.com/docs/gift_card/market-data/Create-a-dual-token-gift-card
        """

    @get("/sapi/v1/giftcard/buyCode/token-limit", security="USER_DATA")
    def token_limit(self, baseToken: str, *, recvWindow: Number | None = None) -> JsonObject:
        """What gift cards may be paid with an asset: data is a list of coin, fromMin and fromMax.

        Args:
            baseToken: The asset to pay with.

        https://developers.binance.com/docs/gift_card/market-data/Fetch-Token-Limit
        """

    @post("/sapi/v1/giftcard/redeemCode", security="USER_DATA")
    def redeem_code(
        self, code: str, *, externalUid: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """Redeem a gift card into the funding wallet; data has what it held.

        That is referenceNo, identityNo, token and amount.  After five wrong codes in 24 hours the
        account can redeem nothing for 24 hours.

        Args:
            code: As it is, or encrypted with the key of rsa_public_key.
            externalUid: Your own id of whoever redeems, 400 characters at most; the limit on wrong
                codes is then counted for it alone.

        https://developers.binance.com/docs/gift_card/market-data/Redeem-a-Binance-Gift-Card
        """

    @get("/sapi/v1/giftcard/verify", security="USER_DATA")
    def verify_code(self, referenceNo: str, *, recvWindow: Number | None = None) -> JsonObject:
        """Whether a gift card is valid: data has valid, token and amount.

        https://developers.binance.com/docs/gift_card/market-data/Verify-Binance-Gift-Card-by-Gift-Card-Number
        """

    @get("/sapi/v1/giftcard/cryptography/rsa-public-key", security="USER_DATA")
    def rsa_public_key(self, *, recvWindow: Number | None = None) -> JsonObject:
        """An RSA public key, as data, to encrypt the code in redeem_code; it is good for a day.

        https://developers.binance.com/docs/gift_card/market-data/Fetch-RSA-Public-Key
        """
