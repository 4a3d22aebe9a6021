"""The sentences that the screens show. Nothing here may draw, read or decide.

- `states`: states, times, and what happens next with a refund
- `questions`: the questions before a refund, before an action on one, and before the program ends
- `trip_facts`: the facts of a trip
- `lists`: the line about a list of refunds
- `refund_record`: attempts, events, facts and answers as text
- `notices`: announcements, hints, and the text in place of an empty list
- `help_pages`: the texts of help
"""
