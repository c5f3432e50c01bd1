"""What travels by broad bearers and sticks only: attachments, post-quantum statements."""
