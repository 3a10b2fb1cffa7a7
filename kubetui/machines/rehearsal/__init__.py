"""A rehearsal: the real pipeline over real SSH, against servers in this process that replay recorded machines.

`scribe` writes a recording while kubetui builds a real cluster (`kubetui up --record FILE`); `stage` replays it.
Everything that a rehearsal shows is labelled as one.
"""
