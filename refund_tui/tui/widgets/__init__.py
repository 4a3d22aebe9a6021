"""The parts that places are made of. None of them asks the desk for anything by itself."""
