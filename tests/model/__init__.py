"""An exhaustive model: every history of one refund up to a bounded length, driven through the real `core.lifecycle`.

`world` is one situation (the ledger's row, the requests under way, the service's memory, the money that moved). `steps`
are all events that can happen next. `laws` must be true after each step. `walk` goes through every history. `mutants`
break one rule each. `python -m tests.model` prints the counts.

Three cases are left out, because no program can notice them: a request that the network holds for longer than the
horizon; a wall clock that is set back across a reboot by less than the age of the refund; and a wall clock that is set
back on a paused host, so that neither clock shows the pause.
"""
