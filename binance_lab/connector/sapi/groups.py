"""The attributes of a client that are groups of /sapi calls, with their types.

The groups are made when they are first used; this only says what they are, to editors and type
checkers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .algo import Algo
    from .auto_invest import AutoInvest
    from .bfusd import Bfusd
    from .c2c import C2c
    from .convert import Convert
    from .copy_trading import CopyTrading
    from .dual_investment import DualInvestment
    from .eth_staking import EthStaking
    from .fiat import Fiat
    from .gift_card import GiftCard
    from .loan import Loan
    from .local_entity import LocalEntity
    from .managed_sub_account import ManagedSubAccount
    from .margin import Margin
    from .mining import Mining
    from .nft import Nft
    from .onchain_yields import OnchainYields
    from .pay import Pay
    from .portfolio_margin import PortfolioMargin
    from .prediction import Prediction
    from .rebate import Rebate
    from .rwusd import Rwusd
    from .simple_earn import SimpleEarn
    from .soft_staking import SoftStaking
    from .sol_staking import SolStaking
    from .stocks import Stocks
    from .sub_account import SubAccount
    from .vip_loan import VipLoan
    from .wallet import Wallet


class Groups:
    """The groups of /sapi calls, by product."""

    algo: Algo
    auto_invest: AutoInvest
    bfusd: Bfusd
    c2c: C2c
    convert: Convert
    copy_trading: CopyTrading
    dual_investment: DualInvestment
    eth_staking: EthStaking
    fiat: Fiat
    gift_card: GiftCard
    loan: Loan
    local_entity: LocalEntity
    managed_sub_account: ManagedSubAccount
    margin: Margin
    mining: Mining
    nft: Nft
    onchain_yields: OnchainYields
    pay: Pay
    portfolio_margin: PortfolioMargin
    prediction: Prediction
    rebate: Rebate
    rwusd: Rwusd
    simple_earn: SimpleEarn
    soft_staking: SoftStaking
    sol_staking: SolStaking
    stocks: Stocks
    sub_account: SubAccount
    vip_loan: VipLoan
    wallet: Wallet
