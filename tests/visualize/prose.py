"""What a page says, without the links that explain its words."""

import re


def prose(html: str) -> str:
    return re.sub(r'<a class="term"[^>]*>([^<]*)</a>', r"\1", html)
