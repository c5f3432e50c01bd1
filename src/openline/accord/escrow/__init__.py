"""What is committed before it is shown: lists exchanged at once, declarations in escrow, an index drawn by two.

Charter. Pure. A commitment is a salted Merkle tree over records; what is opened is checked against it and needs nothing
else. `tree` has leaves, locks and openings, `bodies` the entries, `exchanging` and `keeping` fold them in any order,
`sums` says what of an opened declaration cannot be true together. Nothing here proves that what was committed is true
or complete: only that it is what was there when it was committed. After the idea of S. Philippe, A. Glaser and
E. W. Felten, "A Cryptographic Escrow for Treaty Declarations and Step-by-Step Verification", Science & Global Security
27(1), 2019; the layout is our own.
"""
