"""The sentences that the screens show. Nothing here draws, reads or decides.

- `states`: states, times, and what happens next with a refund
- `refund_questions`, `action_questions`: what is asked before a refund is made, and before something is done to it
- `refund_record`: attempts, events, facts and answers as text
- `notices`: announcements; `empty_lists`: what is shown in place of an empty list
- `gate`, `leaving`, `settling`: the texts of these screens and of this form; `help_pages`: the texts of help
"""
