"""The sentences that the screens show. Nothing here draws, reads or decides.

- `states`: states, times, and what happens next with a refund
- `questions`: what is asked before a refund is made, before something is done to one, before the program ends
- `trip_facts`: what is known of a trip
- `refund_record`: attempts, events, facts and answers as text
- `notices`: announcements, hints, and what is shown in place of an empty list
- `help_pages`: the texts of help
"""
