"""The embedded exchange: Binance Spot's protocol, served on loopback."""
