"""People and machines are told how a night went: heartbeat, mail, webhook, metrics. Nobody's data is in any of it.

Nothing is imported here: the heartbeat of a night that has nothing to do must not wait for the rest.
"""
