"""The public record as content of other templates: al-folio (Jekyll) and Hugo Blox (Hugo). See docs/moving.md.

Only what every visitor may see goes out. Each writer fills a folder that is laid over a copy of the template.
"""
