# SPDX-License-Identifier: Apache-2.0
"""Opens a report in Chromium and prints what a reader would find as one JSON object.

Arguments: the page's path, or an address; a folder for pictures, or nothing.
"""
import json
import pathlib
import sys
import time

import axe_core_python
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

page, *pictures = sys.argv[1:]
address = page if page.startswith("http") else pathlib.Path(page).absolute().as_uri()

options = webdriver.ChromeOptions()
options.binary_location = "/usr/bin/chromium"
for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]:
    options.add_argument(argument)
options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
try:
    driver.set_window_size(1240, 900)
    driver.get(address)
    loaded = driver.execute_script(
        "const [entry] = performance.getEntriesByType('navigation'); return entry.loadEventEnd;")
    requests = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            requests.append(message["params"]["request"]["url"][:100])

    figures = {}
    for figure in driver.find_elements(By.TAG_NAME, "figure"):
        svg = figure.find_element(By.CSS_SELECTOR, ".drawing svg")
        marks = driver.execute_script(
            "return arguments[0].querySelectorAll('.plot-line, .plot-mark, g rect').length", svg)
        driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", svg)
        cells = svg.find_elements(By.CSS_SELECTOR, "g rect")
        ActionChains(driver, duration=0).move_to_element(cells[0] if cells else svg).perform()
        tooltip = driver.find_element(By.ID, "tooltip")
        hover = tooltip.text if tooltip.is_displayed() else ""
        svg.send_keys(Keys.ARROW_RIGHT)
        spoken = figure.find_element(By.CLASS_NAME, "spoken").text
        figure.find_element(By.CSS_SELECTOR, ".below summary").click()
        time.sleep(0.05)
        rows = len(figure.find_elements(By.CSS_SELECTOR, ".numbers tbody tr"))
        figure.find_element(By.CSS_SELECTOR, ".below summary").click()
        saved = driver.execute_script(
            "return standalone(arguments[0], 'title')", svg)
        figures[figure.get_attribute("id")] = {
            "marks": marks, "hover": hover, "spoken": spoken, "rows": rows,
            "svg": saved.startswith("<svg") and "var(" not in saved,
        }

    axe = pathlib.Path(axe_core_python.__file__).with_name("axe.min.js").read_text()
    driver.execute_script(axe)
    driver.set_script_timeout(120)
    violations = {}
    for theme, width in [("light", 1240), ("dark", 1240), ("light", 420)]:
        driver.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
        driver.set_window_size(width, 900)
        time.sleep(0.3)
        # The theme changes nothing but colours; the width, everything else.
        choice = {"dark": {"runOnly": ["color-contrast"]}}.get(
            theme, {"rules": {"color-contrast": {"enabled": width == 1240}}})
        found = driver.execute_async_script(
            # Cells have no text or name of their own: the drawing has.
            "const done = arguments[1];"
            "axe.run({exclude: [['.drawing g']]}, {...arguments[0], resultTypes: ['violations']})"
            ".then((found) => done(found.violations))", choice)
        violations[f"{theme} {width}"] = [
            f"{item['id']}: {item['nodes'][0]['html'][:160]}" for item in found]
        overflow = driver.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if overflow > 0:
            violations[f"{theme} {width}"].append(f"the page is {overflow} pixels too wide")
        if pictures:
            height = driver.execute_script("return document.documentElement.scrollHeight")
            driver.set_window_size(width, min(height + 140, 9000))
            time.sleep(0.5)
            driver.save_screenshot(f"{pictures[0]}/{theme}-{width}.png")

    # What JavaScript makes of a value that is no text, in any cell, seen or folded away.
    spilled = driver.execute_script(
        "return [...document.querySelectorAll('td, th, li, p, figcaption, summary')].map((e) => e.textContent)"
        ".filter((text) => /\\[object \\w+\\]|\\bundefined\\b/.test(text))")
    console = [entry["message"] for entry in driver.get_log("browser")]
    print(json.dumps({
        "loaded": loaded, "requests": requests, "console": console, "figures": figures,
        "violations": violations, "spilled": spilled, "tables": len(driver.find_elements(By.TAG_NAME, "table")),
        "rows": driver.execute_script(
            "return Object.fromEntries([...document.querySelectorAll('section[aria-labelledby] table')]"
            ".filter((t) => !t.closest('figure')).map((t) => [t.closest('section').getAttribute('aria-labelledby'),"
            " [...t.rows].map((r) => [...r.cells].map((c) => c.textContent.trim()))]))"),
    }))
finally:
    driver.quit()
