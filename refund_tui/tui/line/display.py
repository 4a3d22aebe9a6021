class Display:
    pass
