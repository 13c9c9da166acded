"""A report as one HTML file that needs nothing else."""

import re

from markupsafe import Markup, escape

from seqrec_bench.rendering.blocks import Report
from seqrec_bench.rendering.report.svg import css, lay_out, outline, strips_ruler
from seqrec_bench.text import printable

_TONES = {
    "good": {"reproduced", "supported", "better"},
    "above": {"exceeds"},
    "least": {"at least reproduced"},
    "bad": {"falls short", "refuted here", "worse"},
    "open": {"inconclusive", "undecidable", "not separated", "too few seeds"},
}
"""How verdicts are marked, beside their words."""
_NO_BREAK = "\N{NO-BREAK SPACE}"


def to_html(report: Report) -> str:
    """The whole page. Every text in it is escaped, whatever the records or the paper's file say."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: _shown(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(prose=_prose, tone=_tone, words=_words)
    environment.filters.update(laid_out=lay_out, css=css, outline=outline, ruler=strips_ruler)
    return environment.get_template("report.html.j2").render(report=report) + "\n"


def _shown(text: str) -> str:
    """As `printable`, but with spaces that don't break, which hold figures in line."""
    return _NO_BREAK.join(map(printable, text.split(_NO_BREAK)))


def _prose(text: str) -> Markup:
    """What stands between two backticks is code, whose options don't break."""
    return Markup(re.sub("`([^`]+)`", _code, str(escape(printable(text)))))


def _code(found: re.Match[str]) -> str:
    whole = re.sub("--[a-z-]+", r'<span class="word">\g<0></span>', found[1])
    return f"<code>{whole}</code>"


def _words(command: str) -> Markup:
    """A command that breaks between its words only."""
    return Markup(" ").join(Markup('<span class="word">{}</span>').format(word) for word in command.split(" "))


def _tone(verdict: str) -> str:
    return next((tone for tone, verdicts in _TONES.items() if verdict in verdicts), "none")
