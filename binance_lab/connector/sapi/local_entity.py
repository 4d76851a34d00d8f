"""Local entities: deposits and withdrawals where the law wants to know the other side.

Accounts of some countries need answers to a questionnaire (the travel rule) for them; they use
these calls instead of wallet's.  Which questions there are depends on the country: see
questionnaire_requirements.  Answers and personal data go as an object, or as its JSON text.
Amounts are decimal strings, times ms unless said otherwise.

https://developers.binance.com/docs/wallet/travel-rule
"""

from __future__ import annotations

from ...wire.types import JsonArray, JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post, put, uid


class LocalEntity(Group):
    """Calls under the travel rule: ``client.local_entity``."""

    @post("/sapi/v1/localentity/withdraw/apply", weight=uid(600), security="USER_DATA")
    def withdraw(
        self,
        coin: str,
        address: str,
        amount: Number,
        questionnaire: JsonObject | str,
        *,
        withdrawOrderId: str | None = None,
        network: str | None = None,
        addressTag: str | None = None,
        transactionFeeFlag: bool | None = None,
        name: str | None = None,
        walletType: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Withdraw a coin with the answers that the law wants: trId, info, and if it was accepted.

        ``Questionnaire format not valid`` means that the answers aren't those of the account's
        country.

        Args:
            questionnaire: The answers.
            withdrawOrderId: Your own id, by which withdraw_history_v2 finds it.
            network: The coin's default network if not given.
            addressTag: The second part of the address, for coins that have one.
            transactionFeeFlag: For an internal transfer: True, the receiver's side keeps the fee;
                False (if not given), yours.
            name: A note for the address.
            walletType: 0 spot, 1 funding; the one that is selected in the wallet if not given.

        https://developers.binance.com/docs/wallet/travel-rule/withdraw
        """

    @post("/sapi/v1/localentity/broker/withdraw/apply", weight=uid(600), security="USER_DATA")
    def broker_withdraw(
        self,
        address: str,
        coin: str,
        amount: Number,
        withdrawOrderId: str,
        questionnaire: JsonObject | str,
        originatorPii: JsonObject | str,
        *,
        addressTag: str | None = None,
        network: str | None = None,
        addressName: str | None = None,
        transactionFeeFlag: bool | None = None,
        walletType: int | None = None,
    ) -> JsonObject:
        """Withdraw a coin for a broker's client: trId, info, and if it was accepted.

        For brokers only.

        Args:
            withdrawOrderId: Your own id.
            questionnaire: The answers.
            originatorPii: Who sends it: their personal data.
            addressTag: The second part of the address, for coins that have one.
            network: The coin's default network if not given.
            addressName: A note for the address.
            transactionFeeFlag: For an internal transfer: True, the receiver's side keeps the fee;
                False (if not given), yours.
            walletType: 0 spot, 1 funding; the one that is selected in the wallet if not given.

        https://developers.binance.com/docs/wallet/travel-rule/Broker-Withdraw
        """

    @get("/sapi/v1/localentity/withdraw/history", security="USER_DATA")
    def withdraw_history(
        self,
        *,
        trId: str | None = None,
        txId: str | None = None,
        withdrawOrderId: str | None = None,
        network: str | None = None,
        coin: str | None = None,
        travelRuleStatus: int | None = None,
        offset: int | None = None,
        limit: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Withdrawals: id, trId, amount, coin, withdrawalStatus, travelRuleStatus, address, txId …

        withdraw_history_v2 is newer.

        Args:
            trId, txId: Ids joined by commas.
            withdrawOrderId: The id that withdraw was given.
            travelRuleStatus: 0 completed, 1 pending, 2 failed.
            offset: Rows to skip.
            limit: Rows.
            startTime, endTime: 90 days apart at most; the last 90 days if not given.

        https://developers.binance.com/docs/wallet/travel-rule/withdraw-history
        """

    @get("/sapi/v2/localentity/withdraw/history", security="USER_DATA")
    def withdraw_history_v2(
        self,
        *,
        trId: str | None = None,
        txId: str | None = None,
        withdrawOrderId: str | None = None,
        network: str | None = None,
        coin: str | None = None,
        travelRuleStatus: int | None = None,
        offset: int | None = None,
        limit: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Withdrawals: id, trId, amount, coin, withdrawalStatus, travelRuleStatus, address, txId …

        Those made by wallet.withdraw may be missing; withdrawalStatus is there only if trId or txId
        is given.

        Args:
            trId, txId: Ids joined by commas, 45 at most.
            withdrawOrderId: One id that withdraw was given; startTime and endTime then span 7 days
                at most, the last 7 if not given.
            travelRuleStatus: 0 completed, 1 pending, 2 failed.
            offset: Rows to skip.
            limit: Rows.
            startTime, endTime: 90 days apart at most; the last 90 days if not given.

        https://developers.binance.com/docs/wallet/travel-rule/Withdraw-History-V2
        """

    @get("/sapi/v1/localentity/deposit/history", security="USER_DATA")
    def deposit_history(
        self,
        *,
        trId: str | None = None,
        txId: str | None = None,
        tranId: str | None = None,
        network: str | None = None,
        coin: str | None = None,
        travelRuleStatus: int | None = None,
        pendingQuestionnaire: bool | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> JsonArray:
        """Deposits: trId, tranId, amount, coin, depositStatus, travelRuleStatus, insertTime (ms) …

        requireQuestionnaire tells whether answers are due; deposit_history_v2 is newer.

        Args:
            trId, txId, tranId: Ids joined by commas.
            travelRuleStatus: 0 completed, 1 pending, 2 failed.
            pendingQuestionnaire: Only those whose answers are due.
            startTime, endTime: 90 days apart at most; the last 90 days if not given.
            offset: Rows to skip; 0 if not given.
            limit: Rows.

        https://developers.binance.com/docs/wallet/travel-rule/deposit-history
        """

    @get("/sapi/v2/localentity/deposit/history", security="USER_DATA")
    def deposit_history_v2(
        self,
        *,
        depositId: int | None = None,
        txId: str | None = None,
        network: str | None = None,
        coin: str | None = None,
        retrieveQuestionnaire: bool | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> JsonArray:
        """Deposits: depositId, amount, coin, network, depositStatus, travelRuleReqStatus, txId …

        requireQuestionnaire tells whether answers are due.

        Args:
            depositId: This one only.
            txId: Ids joined by commas.
            retrieveQuestionnaire: Also tell the answers, as ``questionnaire``.
            startTime, endTime: 90 days apart at most; the last 90 days if not given.
            offset: Rows to skip.
            limit: Rows.

        https://developers.binance.com/docs/wallet/travel-rule/Deposit-History-V2
        """

    @put("/sapi/v1/localentity/deposit/provide-info", weight=uid(600), security="USER_DATA")
    def submit_deposit_questionnaire(
        self, tranId: int, questionnaire: JsonObject | str
    ) -> JsonObject:
        """Answer the questionnaire of a deposit: ``{"trId", "accepted", "info"}``.

        Needed for deposits from private wallets and from companies that don't tell by themselves;
        submit_deposit_questionnaire_v2 is newer.

        Args:
            tranId: The deposit's tranId in deposit_history.
            questionnaire: The answers.

        https://developers.binance.com/docs/wallet/travel-rule/deposit-provide-info
        """

    @put("/sapi/v2/localentity/deposit/provide-info", weight=uid(600), security="USER_DATA")
    def submit_deposit_questionnaire_v2(
        self, depositId: int, questionnaire: JsonObject | str
    ) -> JsonObject:
        """Answer the questionnaire of a deposit: ``{"trId", "accepted", "info"}``.

        Needed for deposits from private wallets and from companies that don't tell by themselves.

        Args:
            depositId: The deposit's depositId in deposit_history_v2.
            questionnaire: The answers.

        https://developers.binance.com/en/docs/catalog/core-trading-wallet/api/rest-api/travel-rule#submit-deposit-questionnaire-v2
        """

    @put("/sapi/v1/localentity/broker/deposit/provide-info", weight=uid(600), security="USER_DATA")
    def broker_submit_deposit_questionnaire(
        self,
        subAccountId: str,
        depositId: int,
        questionnaire: JsonObject | str,
        beneficiaryPii: JsonObject | str,
        *,
        network: str | None = None,
        coin: str | None = None,
        amount: Number | None = None,
        address: str | None = None,
        addressTag: str | None = None,
    ) -> JsonObject:
        """Answer the questionnaire of a deposit to a broker's client: trId, accepted and info.

        For brokers only.

        Args:
            subAccountId: The client's id at the broker.
            questionnaire: The answers.
            beneficiaryPii: Who receives it: their personal data.
            network, coin, amount, address, addressTag: The deposit's.

        https://developers.binance.com/docs/wallet/travel-rule/deposit-provide-info
        """

    @get("/sapi/v1/localentity/questionnaire-requirements", security="USER_DATA")
    def questionnaire_requirements(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Whose questions this account has to answer: ``{"questionnaireCountryCode"}``, such as AE.

        https://developers.binance.com/docs/wallet/travel-rule/questionnaire-requirements
        """

    @get("/sapi/v1/localentity/vasp", security="USER_DATA")
    def vasp_list(self, *, recvWindow: Number | None = None) -> JsonArray:
        """Companies that an answer can name as the other side: rows of vaspName and vaspCode.

        https://developers.binance.com/docs/wallet/travel-rule/onboarded-vasp-list
        """

    @get("/sapi/v1/localentity/country/list", security="USER_DATA")
    def country_list(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Countries that an answer can name: ``countries``, and lastUpdated (ms).

        For accounts of Australia only.

        https://developers.binance.com/en/docs/catalog/core-trading-wallet/api/rest-api/travel-rule#get-country-list
        """

    @get("/sapi/v1/localentity/region/list", security="USER_DATA")
    def region_list(self, countryCode: str, *, recvWindow: Number | None = None) -> JsonObject:
        """Regions of a country that an answer can name: ``regions``, and lastUpdated (ms).

        For accounts of Australia only.

        Args:
            countryCode: Two letters, as in country_list.

        https://developers.binance.com/en/docs/catalog/core-trading-wallet/api/rest-api/travel-rule#get-region-list
        """

    @get("/sapi/v1/addressVerify/list", security="USER_DATA", flat="address_verification_list")
    def address_verification_list(self, *, recvWindow: Number | None = None) -> JsonArray:
        """Saved addresses and how their verification stands: status, token, userAddress …

        The answers given for one are in addressQuestionnaire.

        https://developers.binance.com/docs/wallet/travel-rule/address-verification-list
        """
