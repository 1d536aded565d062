"""One client's share of a turn of the event loop, after which everybody else is heard.

What a client sends is work to read and to handle. Its share has room for so much of it, whatever it
is: for some messages, or for some buffers full of bytes, or for a part of both. Who has more to be
done gets its next share when others have had theirs. What cannot be divided, the handling of one
large message, is a share by itself. Many who have each a little to say take long together, too: so
between some of them what was said to many before is written on. Specification: client-protocols
section 2.1.
"""

#: So much work is a share. A message is one, and more would delay others for longer.
SHARE = 4
#: So many bytes that are read, or handled, are as much work as one message.
BYTES = 8192
#: As are so many frames that are read, whatever becomes of them.
FRAMES = 32
#: Between so many reads, whose-ever, something is written to those who are sent what many are.
READS = 4
