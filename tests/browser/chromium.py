"""A person at a browser: what they open, click, type and read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.test import Client
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from compliance.models import User

PATIENCE_SECONDS = 60
LOOK_SECONDS = 0.1
_FOREIGN = """
return performance.getEntriesByType("resource").map((one) => one.name)
  .filter((name) => /^(https?|wss?):/.test(name) && !name.startsWith(location.origin + "/"));
"""
# As a paste or a calendar would: the page hears of it.
_FILL = """
const [field, text] = arguments;
field.focus();
if (field.tagName === "TEXTAREA" || field.type === "text") {
  field.select();
  document.execCommand("insertText", false, text);
} else {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
"""
# What sticks out of the window and lies in nothing that scrolls by itself.
_STICKS_OUT = """
const scrolls = (one) => ["auto", "scroll"].includes(getComputedStyle(one).overflowX);
const isKept = (one) => {
  for (let box = one.parentElement; box && box.id !== "main"; box = box.parentElement)
    if (scrolls(box) && box !== document.body) return true;
  return false;
};
const edge = document.documentElement.clientWidth + 1;
const out = [...document.querySelectorAll("#main *")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.width > 1 && box.right > edge && one.checkVisibility() && !isKept(one);
});
const page = document.documentElement.scrollWidth > edge ? ["the page itself"] : [];
return [...page, ...out.map((one) => one.outerHTML.slice(0, 120))];
"""


class Chromium:
    """One window of Chromium over the live server."""

    def __init__(self, driver: Chrome, base: str) -> None:
        self.driver = driver
        self.base = base
        self.faults: list[str] = []

    def sign_in(self, user: User) -> None:
        """A session for this person, without the form."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        cookie = {"url": self.base, "name": name, "value": client.cookies[name].value}
        self.driver.execute_cdp_cmd("Network.setCookie", cookie)

    def open(self, path: str) -> None:
        """A page by its address; what the page before it did wrong is kept."""
        self.look()
        self.driver.get(f"{self.base}{path}")

    def look(self) -> None:
        """Collects what the console of the browser complains about, and foreign requests."""
        self.faults += [one["message"] for one in self.logged() if one["level"] == "SEVERE"]
        self.faults += self.driver.execute_script(_FOREIGN)

    def logged(self) -> list[dict[str, Any]]:
        """What the browser's console said since the last call."""
        return self.driver.get_log("browser")  # type: ignore[no-untyped-call,no-any-return]

    def until(self, condition: Any) -> Any:
        """Waits for what `condition(self)` says, also while a page gives way to the next; its
        last answer."""
        left = (StaleElementReferenceException,)
        wait = WebDriverWait(self.driver, PATIENCE_SECONDS, LOOK_SECONDS, left)
        return wait.until(lambda _driver: condition(self))

    def until_reads(self, words: str) -> None:
        """Waits for words on the page."""
        WebDriverWait(self.driver, PATIENCE_SECONDS, LOOK_SECONDS).until(
            lambda _driver: words in self.words(), f"“{words}” is not on the page"
        )

    def words(self) -> str:
        """What the page says; empty while it is being replaced."""
        script = "return document.body ? document.body.innerText : ''"
        return str(self.driver.execute_script(script)).replace("\xa0", " ")

    def one(self, css: str) -> WebElement:
        """The first such element, once it is there."""
        found: list[WebElement] = self.until(
            lambda page: page.driver.find_elements(By.CSS_SELECTOR, css)
        )
        return found[0]

    def write(self, css: str, text: str) -> None:
        """Types into a field."""
        self.one(css).send_keys(text)

    def choose(self, name: str, text: str) -> None:
        """An option of a list by its text."""
        Select(self.one(f"select[name={name}]")).select_by_visible_text(text)

    def field(self, label: str) -> WebElement:
        """The field that a label names."""
        path = f"//label[contains(normalize-space(.), '{label}')]"
        named: WebElement = self.until(lambda page: page.shown(path))
        return self.driver.find_element(By.ID, named.get_attribute("for") or "")

    def fill(self, label: str, text: str) -> None:
        """Replaces what stands in a field; any character, day or time."""
        self.driver.execute_script(_FILL, self.field(label), text)

    def offers(self, text: str) -> bool:
        """Whether a visible link or button says this, with or without an icon before it."""
        path = f"//*[self::a or self::button][contains(., '{text}')]"
        found = self.driver.find_elements(By.XPATH, path)
        return any(one.text.split("\n")[-1] == text for one in found if one.is_displayed())

    @contextmanager
    def narrow(self, width: int = 375, height: int = 800) -> Iterator[None]:
        """As wide as a small phone."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        try:
            yield
        finally:
            self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def sticking_out(self) -> list[str]:
        """What is wider than the window, as HTML."""
        return list(self.driver.execute_script(_STICKS_OUT))

    def click(self, text: str) -> None:
        """A visible link or button whose text contains this."""
        path = f"//*[self::a or self::button][contains(normalize-space(.), '{text}')]"
        self.press_shown(path)

    def press_shown(self, path: str) -> None:
        """Clicks the first visible element of an XPath, also where the page just replaces it."""

        def pressed(page: "Chromium") -> bool:
            found = page.shown(path)
            if found is not None:
                page.press_element(found)
            return found is not None

        self.until(pressed)

    def press(self, css: str) -> None:
        """Clicks the first such element, also where the page just replaces it."""

        def pressed(page: "Chromium") -> bool:
            page.press_element(page.one(css))
            return True

        self.until(pressed)

    def press_element(self, element: WebElement) -> None:
        """Clicks what may lie under the bar at the foot of the window."""
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def shown(self, path: str) -> WebElement | None:
        """The first visible element of an XPath."""
        found = self.driver.find_elements(By.XPATH, path)
        return next((one for one in found if one.is_displayed()), None)

    def submit(self, css: str) -> None:
        """Sends a form as its own button would."""
        self.driver.execute_script("arguments[0].requestSubmit()", self.one(css))
