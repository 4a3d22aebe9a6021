"""The widgets of the screens. None of them writes to the ledger or sends anything.

- `plain_text`, `fields`: text and input
- `row_list`, `row_window`, `columns`, `articles`: long lists
- `refund_form`, `settle_form`, `confirm`: forms and the question after them
- `timeline`, `refund_panel`: a refund, and the actions on it
- `status_line`, `footer`: the first and the last line
"""
