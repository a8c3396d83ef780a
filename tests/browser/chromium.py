"""A person at a browser: what they open, click, type and read."""

from typing import Any

from django.conf import settings
from django.test import Client
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from compliance.models import User

PATIENCE_SECONDS = 20
_FOREIGN = """
return performance.getEntriesByType("resource").map((one) => one.name)
  .filter((name) => /^(https?|wss?):/.test(name) && !name.startsWith(location.origin + "/"));
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
        """Waits for what `condition(self)` says; its last answer."""
        return WebDriverWait(self.driver, PATIENCE_SECONDS).until(lambda _driver: condition(self))

    def until_reads(self, words: str) -> None:
        """Waits for words on the page."""
        WebDriverWait(self.driver, PATIENCE_SECONDS).until(
            lambda _driver: words in self.words(), f"“{words}” is not on the page"
        )

    def words(self) -> str:
        """What the page says; empty while it is being replaced."""
        script = "return document.body ? document.body.innerText : ''"
        return str(self.driver.execute_script(script))

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

    def click(self, text: str) -> None:
        """A visible link or button whose text contains this."""
        path = f"//*[self::a or self::button][contains(normalize-space(.), '{text}')]"
        self.press(self.until(lambda page: page.shown(path)))

    def press(self, element: WebElement) -> None:
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
