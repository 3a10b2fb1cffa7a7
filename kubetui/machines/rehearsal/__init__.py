"""A rehearsal: the real pipeline over real SSH, against servers in this process that play recorded machines.

`scribe` writes a recording while a real cluster is built (`kubetui up --record FILE`); `stage` plays it back.
Nothing here is ever shown without being called a rehearsal.
"""
