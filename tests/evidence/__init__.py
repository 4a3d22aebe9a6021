"""Tests of the evidence in the ledger: whoever alters it with other programs is found out."""
