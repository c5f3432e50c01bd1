"""Commands of sealed exchanges and of escrow."""
