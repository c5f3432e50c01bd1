"""Tests: rooms/ mirrors the tree, contracts/ holds what two parts must share, house/ checks the house itself."""
