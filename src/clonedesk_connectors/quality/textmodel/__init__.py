"""The text model of the label checker: how probable is it that a label is wrong, judged by what the customer wrote.

Needs the extra `[quality]`. Works on plain values and arrays only; start with `model.TextModel`.
"""
