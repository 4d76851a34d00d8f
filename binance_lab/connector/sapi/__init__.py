"""The /sapi calls, a group for each product.

GROUPS says where each group is: the attribute of the client, and module:Class in this folder.  A
module is loaded when its group is first used.
"""

from __future__ import annotations

GROUPS: dict[str, str] = {
    "algo": "algo:Algo",
    "auto_invest": "auto_invest:AutoInvest",
    "bfusd": "bfusd:Bfusd",
    "c2c": "c2c:C2c",
    "convert": "convert:Convert",
    "copy_trading": "copy_trading:CopyTrading",
    "dual_investment": "dual_investment:DualInvestment",
    "eth_staking": "eth_staking:EthStaking",
    "fiat": "fiat:Fiat",
    "gift_card": "gift_card:GiftCard",
    "loan": "loan:Loan",
    "local_entity": "local_entity:LocalEntity",
    "managed_sub_account": "managed_sub_account:ManagedSubAccount",
    "margin": "margin:Margin",
    "mining": "mining:Mining",
    "nft": "nft:Nft",
    "onchain_yields": "onchain_yields:OnchainYields",
    "pay": "pay:Pay",
    "portfolio_margin": "portfolio_margin:PortfolioMargin",
    "prediction": "prediction:Prediction",
    "rebate": "rebate:Rebate",
    "rwusd": "rwusd:Rwusd",
    "simple_earn": "simple_earn:SimpleEarn",
    "soft_staking": "soft_staking:SoftStaking",
    "sol_staking": "sol_staking:SolStaking",
    "stocks": "stocks:Stocks",
    "sub_account": "sub_account:SubAccount",
    "user_stream": "user_stream:UserStream",
    "vip_loan": "vip_loan:VipLoan",
    "wallet": "wallet:Wallet",
}
HIDDEN = frozenset(("user_stream",))
"""Groups of retired calls: found by name, but not shown."""
