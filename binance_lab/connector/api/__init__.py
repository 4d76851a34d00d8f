"""The /api calls: general, market, trade, order lists, account."""
