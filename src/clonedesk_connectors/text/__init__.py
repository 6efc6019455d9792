"""Pure text functions. Import the module you need: HTML and reply handling want the extra `[text]`."""
