"""The one door to AWS: sessions, signed calls, rate limits, retries, paging, and AWS errors turned into ours.

Promise: every answer that leaves this room is a typed record or one of our errors, every wait has a deadline, and no
call made here changes anything in the account (but for the reports that AWS is asked to write).
"""
