"""Declarations: tables of what a party has, judged by rules that are data; one reconciled with the next by notices."""
