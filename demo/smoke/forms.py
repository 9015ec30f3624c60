"""A browser as small as the walk needs: it keeps cookies, fills forms, sends them."""

import http.cookiejar
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin

TIMEOUT_SECONDS = 60


@dataclass(slots=True)
class HtmlForm:
    """One form of a page: where it goes, what it holds, what it offers to choose and
    to press."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    options: dict[str, list[str]] = field(default_factory=dict)
    buttons: dict[str, list[str]] = field(default_factory=dict)


class _FormReader(HTMLParser):
    """Collects the forms and the words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []
        self.links: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(known.get("href", ""))
        elif tag == "form":
            method = known.get("method", "get").lower()
            self.forms.append(HtmlForm(known.get("action", ""), method))
        elif self.forms and known.get("name"):
            self._field(tag, known)

    def _field(self, tag: str, known: dict[str, str]) -> None:
        form, name, kind = self.forms[-1], known["name"], known.get("type", "")
        form.names.add(name)
        if tag == "input" and kind in {"radio", "checkbox"}:
            form.options.setdefault(name, []).append(known.get("value", "on"))
        elif tag == "input" and kind != "submit":
            form.values[name] = known.get("value", "")
        elif tag == "button":
            form.buttons.setdefault(name, []).append(known.get("value", ""))

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """An answer of the server, read."""

    status: int
    url: str
    text: str
    forms: list[HtmlForm]
    links: list[str]

    def form(self, *names: str) -> HtmlForm:
        """The first form that has all these fields."""
        for form in self.forms:
            if set(names) <= form.names:
                return form
        raise LookupError(f"{self.url} has no form with {', '.join(names)}")

    def link(self, part: str) -> str:
        """The first address on the page that has this in it."""
        for address in self.links:
            if part in address:
                return urljoin(self.url, address)
        raise LookupError(f"{self.url} has no link to {part}")


class Browser:
    """One visitor."""

    def __init__(self) -> None:
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(jar)
        )

    def open(self, url: str) -> HtmlPage:
        return self._read(urllib.request.Request(url))  # noqa: S310

    def send(
        self, page: HtmlPage, form: HtmlForm, **answers: str | list[str]
    ) -> HtmlPage:
        """Fill `form` with `answers` and send it."""
        body = urlencode({**form.values, **answers}, doseq=True).encode()
        target = urljoin(page.url, form.action or page.url)
        request = urllib.request.Request(target, data=body)  # noqa: S310
        request.add_header("Referer", page.url)
        return self._read(request)

    def _read(self, request: urllib.request.Request) -> HtmlPage:
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return _page(answer.status, answer.url, answer.read())
        except urllib.error.HTTPError as refusal:
            return _page(refusal.code, refusal.url or "", refusal.read())


def _page(status: int, url: str, content: bytes) -> HtmlPage:
    reader = _FormReader()
    reader.feed(content.decode())
    text = " ".join(word for word in reader.words if word)
    return HtmlPage(status, url, text, reader.forms, reader.links)
