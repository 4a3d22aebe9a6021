"""Tests of the evidence in the ledger: alterations by other programs are found."""
