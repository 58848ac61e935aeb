"""Telling Bursar what the columns of an export mean, in the browser."""

from playwright.sync_api import Page

from tests.browser.exports import CORRECTION, HEADINGS, MEANING, MONTHLY


def map_columns(page: Page) -> None:
    """Choose the file's facts, a field per heading, a value for what has no column, and the meaning of words."""
    choose(page, "id_date_formats", "DD.MM.YYYY")
    choose(page, "id_decimal_style", "1.234,56")
    for position, (_heading, field) in enumerate(HEADINGS.items(), start=1):
        choose(page, f"field-{position}", field)
    fill(page, "constant-currency", "USD")
    for word, meaning in MEANING.items():
        if word != CORRECTION:  # the first month has none
            mean(page, word, meaning)
    mean(page, MONTHLY, "Monthly")


def mean(page: Page, word: str, meaning: str) -> None:
    """Say what a word of the file means."""
    label = page.locator("label", has_text=word).first
    choose(page, label.get_attribute("for") or "", meaning)


def choose(page: Page, field: str, value: str) -> None:
    """Choose in one select; the form is drawn anew after each choice."""
    select = page.locator(f"#{field}")
    if select.evaluate("each => each.value") != value:
        with page.expect_response(lambda answer: "/columns/" in answer.url):
            select.select_option(value)


def fill(page: Page, field: str, value: str) -> None:
    """Type into one field and leave it."""
    with page.expect_response(lambda answer: "/columns/" in answer.url):
        page.locator(f"#{field}").fill(value)
        page.locator(f"#{field}").blur()
