"""Meetings and contact appointments: proposed, agreed or refused, held or not, by each side's own word."""
