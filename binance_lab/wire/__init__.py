"""Words that both ends of the wire share: the client's and the embedded exchange's."""
