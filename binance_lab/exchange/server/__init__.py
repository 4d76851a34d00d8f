"""The exchange's doors: REST, market streams and the WebSocket API on one port."""
