import { readFile } from "node:fs/promises";

import { expect, test } from "../fixtures/test";

test.beforeEach(async ({ loginPage }) => loginPage.signIn());

test("the list is rendered on the server and hydrated", async ({ licensesPage }) => {
  await licensesPage.goto();
  await licensesPage.waitForHydration();
  await expect(licensesPage.rows).toHaveCount(25);
  await expect(licensesPage.count).toHaveText(/^[0-9]+ licenses$/);
});

test("paging forward and back shows every license once and keeps the URL", async ({ page, licensesPage }) => {
  await licensesPage.goto();
  await licensesPage.waitForHydration();
  const total = Number.parseInt(await licensesPage.count.innerText(), 10);
  const seen: string[][] = [await licensesPage.displayKeys()];
  for (let pages = 1; pages < Math.ceil(total / 25); pages += 1) {
    const before = page.url();
    await licensesPage.next.click();
    await expect(page).not.toHaveURL(before);
    await expect.poll(() => licensesPage.displayKeys()).not.toEqual(seen.at(-1));
    seen.push(await licensesPage.displayKeys());
  }
  expect(seen.flat()).toHaveLength(total);
  expect(new Set(seen.flat()).size).toBe(total);
  const last = await licensesPage.displayKeys();
  await page.reload();
  expect(await licensesPage.displayKeys()).toEqual(last);
  await licensesPage.previous.click();
  await expect.poll(() => licensesPage.displayKeys()).toEqual(seen.at(-2));
  await page.goBack();
  await expect.poll(() => licensesPage.displayKeys()).toEqual(last);
});

test("filters, order and search survive reload, back and sharing through the URL, and keep the focus", async ({ page, licensesPage, openAs }) => {
  await licensesPage.waitForHydration();
  await page.evaluate(() => Object.assign(window, { marked: true }));
  await licensesPage.statusFilter("Active").focus();
  await page.keyboard.press("ArrowRight");
  await expect(page).toHaveURL("/licenses?status=expired");
  await expect.poll(() => licensesPage.columnTexts("status")).not.toContain("Active");
  await expect(licensesPage.statusFilter("Expired")).toBeFocused();
  await licensesPage.productFilter.focus();
  await licensesPage.productFilter.selectOption("notes");
  await expect(page).toHaveURL("/licenses?status=expired&product=notes");
  await expect(licensesPage.productFilter).toBeFocused();
  await expect.poll(async () => new Set(await licensesPage.columnTexts("product"))).toEqual(new Set(["Notes"]));
  await page.getByRole("link", { name: "Activations" }).click();
  await expect(page).toHaveURL("/licenses?status=expired&product=notes&sort=-activations");
  await expect(page.getByRole("columnheader", { name: "Activations" })).toHaveAttribute("aria-sort", "descending");
  await page.keyboard.press("/");
  await page.keyboard.type("customer.test");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/licenses?q=customer.test&status=expired&product=notes&sort=-activations");
  await expect(licensesPage.search).toBeFocused();
  await expect.poll(() => licensesPage.displayKeys()).toEqual(["ACME-XXXX-···-0004", "ACME-XXXX-···-0003"]);
  await expect(licensesPage.count).toHaveText(/^2 of [0-9]+ licenses$/);
  expect(await page.evaluate(() => "marked" in window)).toBe(true);

  await page.reload();
  await expect.poll(() => licensesPage.displayKeys()).toEqual(["ACME-XXXX-···-0004", "ACME-XXXX-···-0003"]);
  const shared = await openAs("viewer@acme.test");
  await shared.goto(page.url());
  await expect(shared.getByRole("searchbox")).toHaveValue("customer.test");
  await expect(shared.getByRole("radio", { name: "Expired" })).toBeChecked();
  await licensesPage.waitForHydration();
  await page.goBack();
  await page.goBack();
  await expect(page).toHaveURL("/licenses?status=expired&product=notes");
  await expect(licensesPage.search).toHaveValue("");
  await page.goBack();
  await page.goBack();
  await expect(page).toHaveURL("/licenses");
  await expect(licensesPage.statusFilter("Any")).toBeChecked();
  await expect(licensesPage.productFilter).toHaveValue("");
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "search with JavaScript" : "search without JavaScript", () => {
    test.use({ javaScriptEnabled, expectedErrors: [/status of 404/] });

    test("a pasted key opens its license and never enters a URL", async ({ page, licensesPage, server }) => {
      const minted = server.mint();
      const urls: string[] = [];
      page.on("request", (request) => urls.push(request.url(), request.headers()["referer"] ?? ""));
      await page.goto("/licenses");
      await licensesPage.search.fill(minted.license_key.toLowerCase().replaceAll("-", " "));
      await licensesPage.search.press("Enter");
      await expect(page).toHaveURL(`/licenses/${minted.id}`);
      const parts = minted.license_key.split("-").slice(1, -1);
      expect(urls.filter((url) => parts.some((part) => url.toUpperCase().includes(part)))).toEqual([]);
    });

    test("an unknown key is not echoed", async ({ page, licensesPage }) => {
      await page.goto("/licenses?q=customer.test");
      await licensesPage.search.fill("ACME-NEVR-SEEN-0000-0009");
      await licensesPage.search.press("Enter");
      await expect(page.getByRole("heading", { name: "No license has this key" })).toBeVisible();
      expect(page.url()).not.toContain("NEVR");
      await expect(licensesPage.search).toHaveValue("");
      await page.getByRole("main").getByRole("link", { name: "Show all licenses" }).click();
      await expect(licensesPage.rows).toHaveCount(25);
    });

    test("an empty result repeats the filters and offers a wider search", async ({ page, licensesPage }) => {
      await page.goto("/licenses?status=revoked&product=studio");
      await licensesPage.search.fill("pro@customer.test");
      await licensesPage.search.press("Enter");
      await expect(page.getByRole("heading", { name: "No matching licenses" })).toBeVisible();
      await expect(page.getByText("in Studio with the status Revoked for “pro@customer.test”")).toBeVisible();
      await page.getByRole("link", { name: /^Search “pro@customer.test” in all/ }).click();
      await expect(licensesPage.rows).toHaveCount(1);
      await expect(licensesPage.rows).toContainText("0001");
    });
  });
}

test("hydration leaves the focus at the start of the page", async ({ page, licensesPage }) => {
  await licensesPage.goto();
  await licensesPage.waitForHydration();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
});

test("the filtered list can be exported", async ({ page, licensesPage }) => {
  await page.goto("/licenses?status=revoked");
  await licensesPage.waitForHydration();
  const shown = await licensesPage.displayKeys();
  const started = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export CSV" }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe("keywright-acme-licenses.csv");
  const text = await readFile(await download.path(), "utf8");
  const keys = text.trimEnd().split("\r\n").slice(1).map((row) => row.split(",")[1]);
  expect(keys).toEqual(shown);
  await expect(page.getByRole("status").filter({ hasText: `Export saved: ${shown.length} rows` })).toBeVisible();
});

test("a late search response is discarded and does not clear the search field", async ({ page, licensesPage }) => {
  await licensesPage.waitForHydration();
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const lateResponse = page.waitForResponse("**/fn/licenses/find");
  await page.route("**/fn/licenses/find", async (route) => {
    await released;
    await route.continue();
  }, { times: 1 });
  await licensesPage.search.fill("ACME-PRO0-0000-0001");
  await licensesPage.search.press("Enter");
  await expect(licensesPage.count).toHaveText("Searching…");
  await licensesPage.search.fill("half typed");
  await licensesPage.statusFilter("Revoked").check({ force: true });
  await expect(page).toHaveURL("/licenses?status=revoked");
  await expect(licensesPage.search).toHaveValue("half typed");
  release();
  await lateResponse;
  await expect.poll(async () => new Set(await licensesPage.columnTexts("status"))).toEqual(new Set(["Revoked"]));
  await expect(page).toHaveURL("/licenses?status=revoked");
});

test.describe("a failed search", () => {
  test.use({ expectedErrors: [/ERR_/] });

  test("is reported and keeps the search term and the URL", async ({ page, licensesPage }) => {
    await page.goto("/licenses?status=active");
    await licensesPage.waitForHydration();
    await page.route("**/fn/licenses/find", (route) => route.abort());
    await licensesPage.search.fill("tidepool");
    await licensesPage.search.press("Enter");
    await expect(page.getByRole("alert")).toContainText("We couldn't reach the server");
    await expect(licensesPage.search).toHaveValue("tidepool");
    await expect(page).toHaveURL("/licenses?status=active");
    await page.unroute("**/fn/licenses/find");
    await licensesPage.search.press("Enter");
    await expect(page).toHaveURL("/licenses?q=tidepool&status=active");
    await expect(page.getByRole("alert")).toHaveCount(0);
  });
});

test("activations by the published client appear in the list", async ({ page, licensesPage, device, server }) => {
  const key = server.demo.keys[0];
  const row = licensesPage.row(key?.display_key ?? "");
  // Licenses minted by other tests would push this one off the first page.
  await page.goto("/licenses?q=pro%40customer.test");
  await expect(row).toContainText("0 of 3");
  expect(await device.send(`activate ${key?.license_key}`)).toBe("ok, Licensed, pro: true");
  expect(await device.send("validate")).toBe("ok, Licensed, pro: true");
  await page.reload();
  await expect(row).toContainText("1 of 3");
  expect(await device.send("deactivate")).toMatch(/^ok/);
  await page.reload();
  await expect(row).toContainText("0 of 3");
});

test("a license minted on the command line is listed first", async ({ licensesPage, server }) => {
  const minted = JSON.parse(server.run("license", "mint", "--tenant", "acme", "--product", "studio", "--customer-email", "new@customer.test", "--json"));
  await licensesPage.goto();
  await expect(licensesPage.rows.first()).toContainText("new@customer.test");
  await expect(licensesPage.rows.first().getByRole("rowheader")).toHaveText(minted.display_key);
});

test("a theme applies immediately and after a reload", async ({ page, licensesPage }) => {
  await licensesPage.goto();
  await licensesPage.waitForHydration();
  await page.getByRole("button", { name: /^Account/ }).click();
  const stored = page.waitForResponse((response) => response.url().endsWith("/session/theme"));
  await page.getByRole("radio", { name: "Dark" }).check();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await stored;
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("a theme applies immediately on a page without wasm", async ({ page }) => {
  await page.goto("/audit");
  await expect(page.locator("html[data-scripted]")).toBeAttached();
  await page.getByRole("button", { name: /^Account/ }).click();
  const stored = page.waitForResponse((response) => response.url().endsWith("/session/theme"));
  await page.getByRole("radio", { name: "Light" }).check();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await stored;
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
});

test.describe("an unknown path", () => {
  test.use({ expectedErrors: [/status of 404/] });

  test("shows a page with a link to the licenses", async ({ page, licensesPage }) => {
    const response = await page.goto("/nothing");
    expect(response?.status()).toBe(404);
    await page.getByRole("main").getByRole("link", { name: /licenses/i }).click();
    await expect(licensesPage.heading).toBeVisible();
  });
});
