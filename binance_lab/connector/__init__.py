"""Requests and sockets: Binance Spot's REST API, streams and WebSocket API."""
