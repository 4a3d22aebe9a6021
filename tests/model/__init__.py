"""An exhaustive model: every history of one refund up to a bounded length, driven through the real `core.lifecycle`.

`world` is one situation (the ledger's row, the requests on the wire, the service's memory, the money that moved),
`steps` are all things that can happen next, `laws` what must hold after each, `walk` goes through every history,
`mutants` break one rule each. `python -m tests.model` prints what was walked.

Three things lie outside it, for no terminal can tell them: a request that the network holds for longer than the
horizon, a wall clock that is set back over a reboot by less than the refund is old, so that it contradicts nothing, and
a wall clock that is set back on a host that was paused, so that neither clock knows of the pause.
"""
