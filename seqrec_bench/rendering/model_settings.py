"""A model's settings as a list for a page: each with its default and its meaning."""

from seqrec_bench.evaluation.model_description import ModelDescription, SettingDescription
from seqrec_bench.rendering.markdown import escape_markdown, wrapped


def settings_markdown(model: ModelDescription) -> str:
    """A list item for each setting; a sentence where the model has none."""
    if not model.settings:
        return "It has no settings.\n"
    return "".join(_item(setting) + "\n" for setting in model.settings)


def plain(value: object) -> str:
    """The value as `--set` reads it."""
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def meaning(setting: SettingDescription) -> str:
    """What it means; what it accepts is said where its default does not show it."""
    accepts = f" Accepts {setting.accepts}." if " or " in setting.accepts else ""
    return " ".join(setting.meaning.split()) + accepts


def _item(setting: SettingDescription) -> str:
    return wrapped(f"`{setting.name}` = `{plain(setting.default)}`. {escape_markdown(meaning(setting))}", "- ", "  ")
