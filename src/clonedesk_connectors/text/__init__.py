"""Pure text tools: HTML to text, quoted-reply stripping, normalisation, language and intent.

No input or output, no clock. Modules that need the extra `[text]` (selectolax, quotequail) raise `MissingExtraError`
when imported without it; this package itself imports nothing.
"""
