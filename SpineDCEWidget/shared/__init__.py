"""The session, steps, formatting and wording that both user interfaces share."""
