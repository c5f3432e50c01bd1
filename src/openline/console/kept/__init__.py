"""An open line as it lies on disk: papers, keys, keyring and store; what follows the roster as it changes."""
