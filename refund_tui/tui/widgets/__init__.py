"""What screens are made of.

- `plain_text`, `fields`: text and input
- `row_list`, `row_window`, `columns`, `articles`: long lists
- `refund_form`, `settle_form`, `confirm`: forms and the question after them
- `timeline`, `refund_panel`: a refund, and what can be done to it
- `status_line`, `footer`: the first and the last line
"""
