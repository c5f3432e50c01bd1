"""The judges of the simulation. They share no code with what they judge: trees, texts, signatures are done again here.

words      what a violation is           own       trees, notes, digests and signatures, written a second time
ledger     nothing lost, doubled, invented          leaving   nothing said before it was durable
records    one order, every signature right         proofs    every provable lie shown, nobody else accused
contact    what is shown of contact is so           standings  amendments, keys: the same for all at once
failover   one bearer of two is enough              passing    FLASH goes before what waits
accords    notices and agreements come to the same for whoever reads them
verdict    a third party reads the export
watch      where the world tells them what happens
"""
